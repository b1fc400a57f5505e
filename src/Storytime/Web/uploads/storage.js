// How files of each kind get into the bucket: the admin API says where, the bytes go straight there.
import { TaskQueue } from '@uppy/core/utils';
import { api } from '/console/console.js';
import { digest, kindOf } from './files.js';
import { persistently, put } from './send.js';

const partsAtOnce = 4;

/**
 * Sends what the bucket does not have yet of a row's file. What the row must remember for that, it is told before the first byte.
 * @param {{ signal: AbortSignal, remember: (facts: object) => void, onProgress: (sent: number) => void, onWait: (error: Error, seconds: number) => void }} way
 */
export const send = (row, file, way) => row.kind === 'video' ? sendParts(row, file, way) : sendWhole(row, file, way);

/** What the bucket has of a video: null when the upload was given up, or is not known any more. */
export async function look(uploadId, signal) {
  let upload;
  try {
    upload = await api('GET', `/uploads/${uploadId}`, undefined, signal);
  } catch (error) {
    if (error.status === 404)
      return null;
    throw error;
  }
  if (upload.status !== 'pending')
    return upload.status === 'aborted' ? null : { ...upload, parts: [], done: true };
  const parts = [];
  try {
    for (let page = 1, pages = 1; page <= pages; page++) {
      const answer = await api('GET', `/uploads/${uploadId}/parts?per_page=100&page=${page}`, undefined, signal);
      parts.push(...answer.data);
      pages = answer.pagination.total_pages;
    }
  } catch (error) {
    // Put together or given up at this very moment, or S3 forgot it: then it is begun anew.
    if (error.status === 409)
      return null;
    throw error;
  }
  return { ...upload, parts, done: false };
}

async function sendParts(row, file, { signal, remember, onProgress, onWait }) {
  const again = attempt => persistently(attempt, signal, onWait);
  let there = row.uploadId ? await again(() => look(row.uploadId, signal)) : null;
  if (!there) {
    const begun = await again(() => api('POST', '/uploads/master_video', {
      filename: file.name, content_type: kindOf(file.name).type, size: file.size, method: 'multipart', checksum_algorithm: 'sha256',
    }, signal));
    remember({ uploadId: begun.upload_id, s3Key: begun.master_s3_key });
    there = { ...begun, parts: [], done: false };
  }
  if (there.done)
    return;

  // Bytes by part, so that one that is sent again does not count twice.
  const sent = new Map(there.parts.map(part => [part.part_number, part.size]));
  const tell = () => onProgress([...sent.values()].reduce((sum, n) => sum + n, 0));
  tell();
  const missing = Array.from({ length: there.part_count }, (_, i) => i + 1).filter(n => !sent.has(n));
  const stop = new AbortController();
  const either = AbortSignal.any ? AbortSignal.any([signal, stop.signal]) : linked(signal, stop);
  const queue = new TaskQueue({ concurrency: partsAtOnce });
  try {
    await Promise.all(missing.map(number => queue.add(() => persistently(async () => {
      const blob = file.slice((number - 1) * there.part_size, number * there.part_size);
      const checksum = await digest(blob);
      const { parts: [part] } = await api('POST', `/uploads/${row.uploadId}/parts`, { part_numbers: [number], checksums_sha256: [checksum] }, either);
      try {
        await put(part, blob, either, n => {
          sent.set(number, n);
          tell();
        });
        sent.set(number, blob.size);
      } catch (error) {
        // Half a part is nothing to the storage.
        sent.delete(number);
        throw error;
      } finally {
        tell();
      }
    }, either, onWait))));
  } catch (error) {
    // The other parts need not go on when one cannot.
    queue.clear();
    stop.abort();
    throw error;
  }
  await again(() => api('POST', `/uploads/${row.uploadId}/complete`, {}, signal));
}

async function sendWhole(row, file, { signal, remember, onProgress, onWait }) {
  const path = row.kind === 'cover' ? `/books/${row.book.id}/cover` : '/uploads/captions';
  const checksum = await digest(file);
  await persistently(async () => {
    const begun = await api('POST', path, { filename: file.name, content_type: kindOf(file.name).type, size: file.size, checksum_sha256: checksum }, signal);
    await put(begun, file, signal, onProgress);
    remember({ uploadId: begun.upload_id, s3Key: begun.cover_s3_key ?? begun.captions_s3_key });
  }, signal, onWait);
}

function linked(signal, controller) {
  signal.addEventListener('abort', () => controller.abort(signal.reason), { once: true });
  return controller.signal;
}
