// What happens to a row: it is sent, made a video or a cover, followed until it is ready, published.
import Uppy from '@uppy/core';
import { api } from '/console/console.js';
import { kindOf } from './files.js';
import { persistently } from './send.js';
import { look, send } from './storage.js';
import { StorytimeUploader } from './uploader.js';
import { busy } from './rows.js';

const lookEvery = 2000;

/** What fails is said in its row. */
const silent = { debug() {}, warn() {}, error() {} };

export class Work {
  #rows;
  #uppy;
  #ended = new AbortController();
  #following = false;

  constructor(rows) {
    this.#rows = rows;
    this.#uppy = new Uppy({ id: 'storytime', autoProceed: false, logger: silent }).use(StorytimeUploader, {
      send: (file, signal, onProgress) => {
        const row = rows.get(file.meta.row);
        return send(row, row.file, {
          signal,
          onProgress,
          remember: facts => rows.change(row, facts),
          onWait: (error, seconds) => rows.progress(row, { note: `${error.message} Trying again in ${Math.ceil(seconds)} s.` }),
        });
      },
    });
    this.#uppy.on('upload-progress', (file, progress) => this.#on(file, row => rows.progress(row, { sent: progress.bytesUploaded, note: '' })));
    this.#uppy.on('upload-success', file => this.#on(file, row => this.#uploaded(row)));
    this.#uppy.on('upload-error', (file, error) => this.#on(file, row => this.#stop(row, error)));
  }

  /** Takes up what an earlier page left. */
  async resume() {
    await Promise.all(this.#rows.all.filter(row => row.stage === 'lost' && row.uploadId && row.kind === 'video').map(row => this.#find(row)));
    await this.reconsider();
    void this.#follow();
  }

  start(row) {
    this.#rows.change(row, { stage: 'sending', started: true, note: '' });
    row.uppyId = this.#uppy.addFile({ name: row.name, type: kindOf(row.name).type, data: row.file, source: 'storytime', meta: { row: row.key } });
    this.#uppy.upload().catch(error => this.#stop(row, error));
  }

  pause(row) {
    if (row.stage !== 'sending')
      return;
    this.#uppy.pauseResume(row.uppyId);
    this.#rows.change(row, { stage: 'paused', note: '' });
  }

  goOn(row) {
    if (row.stage !== 'paused')
      return;
    this.#rows.change(row, { stage: 'sending', note: '' });
    this.#uppy.pauseResume(row.uppyId);
  }

  async retry(row) {
    if (row.uploaded)
      await this.#finish(row);
    else
      this.start(row);
  }

  /** Also deletes what was sent of it, unless something was made of it. */
  async cancel(row) {
    this.#forget(row);
    this.#rows.remove(row);
    if (row.uploadId && !row.assetId && row.stage !== 'done')
      await api('DELETE', `/uploads/${row.uploadId}`).catch(() => { /* After a week it is deleted by itself. */ });
    await this.reconsider();
  }

  /** After rows left or got other books: what waited for captions may go on. */
  async reconsider() {
    await Promise.all(this.#rows.all.filter(row => row.stage === 'held').map(row => this.#finish(row)));
  }

  async publish(row) {
    try {
      await persistently(() => api('PATCH', `/books/${row.book.id}`, { status: 'active' }), this.#ended.signal);
      this.#rows.change(row, { stage: 'published', note: '', book: { ...row.book, status: 'active' } });
    } catch (error) {
      this.#rows.change(row, { publish: false, note: `It could not be published: ${error.message}` });
    }
  }

  end() {
    this.#ended.abort();
    this.#uppy.destroy();
  }

  #on(file, act) {
    const row = file && this.#rows.get(file.meta.row);
    if (row && !this.#ended.signal.aborted)
      void act(row);
  }

  #stop(row, error) {
    this.#forget(row);
    this.#rows.change(row, { stage: 'stopped', note: error.message });
  }

  #forget(row) {
    if (row.uppyId && this.#uppy.getFile(row.uppyId))
      this.#uppy.removeFile(row.uppyId);
    row.uppyId = undefined;
  }

  /** How far a video was before the page was loaded anew. */
  async #find(row) {
    try {
      const there = await look(row.uploadId, this.#ended.signal);
      if (!there)
        this.#rows.change(row, { uploadId: undefined, s3Key: undefined, sent: 0, note: 'What was sent of it is deleted meanwhile.' });
      else if (there.done)
        this.#rows.change(row, { uploaded: true, stage: 'held', sent: row.size });
      else
        this.#rows.change(row, { sent: there.parts.reduce((sum, part) => sum + part.size, 0) });
    } catch (error) {
      this.#rows.change(row, { note: error.message });
    }
  }

  async #uploaded(row) {
    this.#forget(row);
    this.#rows.change(row, { uploaded: true, sent: row.size, note: '' });
    await this.#finish(row);
    if (row.kind === 'captions')
      await this.reconsider();
  }

  #finish(row) {
    if (row.kind === 'video')
      return this.#makeVideo(row);
    if (row.kind === 'cover')
      return this.#attempt(row, async () => {
        await api('PUT', `/books/${row.book.id}/cover`, { cover_s3_key: row.s3Key }).catch(async error => {
          // Its answer may have been lost the first time.
          if (error.status !== 409 || (await api('GET', `/uploads/${row.uploadId}`)).status !== 'used')
            throw error;
        });
        return { stage: 'done', note: 'It is the cover now.' };
      });
    const video = this.#rows.all.find(other => other.kind === 'video' && other.book?.id === row.book?.id && !other.assetId);
    this.#rows.change(row, { stage: 'held', note: video ? `Goes with ${video.name}.` : 'Captions go with a video: add the video of this book too.' });
  }

  async #makeVideo(row) {
    const captions = this.#rows.captionsOf(row);
    if (captions && !captions.uploaded) {
      this.#rows.change(row, { stage: 'held', note: `It is sent, and waits for its captions ${captions.name}. Start those, or remove them to go on without.` });
      return;
    }
    await this.#attempt(row, async () => {
      const asset = await this.#createAsset(row, captions);
      if (captions)
        this.#rows.change(captions, { stage: 'done', note: `They go with ${row.name}.` });
      return { stage: 'processing', assetId: asset.id, note: '' };
    });
    void this.#follow();
  }

  async #createAsset(row, captions) {
    try {
      return await api('POST', `/books/${row.book.id}/video_assets`, {
        master_s3_key: row.s3Key, size: row.size, captions_s3_key: captions?.s3Key, captions_language: captions?.language || undefined,
      });
    } catch (error) {
      // Its answer may have been lost the first time.
      const made = error.status === 409 ? (await api('GET', `/books/${row.book.id}/video_assets?per_page=100`)).data.find(a => a.master_s3_key === row.s3Key) : null;
      if (made)
        return made;
      throw error;
    }
  }

  async #attempt(row, act) {
    if (busy(row) && row.stage === 'making')
      return;
    this.#rows.change(row, { stage: 'making', note: '' });
    try {
      this.#rows.change(row, await persistently(act, this.#ended.signal));
    } catch (error) {
      if (!this.#ended.signal.aborted)
        this.#rows.change(row, { stage: 'stopped', note: error.message });
    }
  }

  async #follow() {
    if (this.#following)
      return;
    this.#following = true;
    for (let open; !this.#ended.signal.aborted && (open = this.#rows.all.filter(row => row.stage === 'processing')).length > 0; ) {
      await Promise.all(open.map(row => this.#see(row)));
      await new Promise(resolve => setTimeout(resolve, document.hidden ? 5 * lookEvery : lookEvery));
    }
    this.#following = false;
  }

  async #see(row) {
    try {
      const asset = await api('GET', `/video_assets/${row.assetId}`, undefined, this.#ended.signal);
      if (asset.status === 'ready') {
        this.#rows.change(row, { stage: 'ready', note: '' });
        if (row.publish)
          await this.publish(row);
      } else if (asset.status === 'failed') {
        this.#rows.change(row, { stage: 'failed', note: [asset.error_message, asset.error_advice].filter(Boolean).join(' ') });
      } else {
        this.#rows.progress(row, { percent: asset.progress_percent, note: asset.submit_problem ?? '' });
      }
    } catch (error) {
      if (error.status === 404)
        this.#rows.change(row, { stage: 'failed', note: 'This video is not there any more.' });
      else if (!this.#ended.signal.aborted)
        this.#rows.progress(row, { note: `${error.message} It is looked at again.` });
    }
  }
}
