// Puts the picture that was chosen into the bucket and makes it the cover of the book.
import { api } from './console.js';

const types = { jpg: 'image/jpeg', jpeg: 'image/jpeg', png: 'image/png', webp: 'image/webp' };

/** Answers what went wrong, as a sentence; null when nothing did. */
export async function replace(input, bookId) {
  const file = input.files[0];
  if (!file)
    return 'Choose a picture first.';
  try {
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', await file.arrayBuffer()));
    const upload = await api('POST', `/books/${bookId}/cover`, {
      filename: file.name,
      content_type: file.type || types[file.name.split('.').pop().toLowerCase()] || 'application/octet-stream',
      size: file.size,
      checksum_sha256: btoa(String.fromCharCode(...digest)),
    });
    const put = await fetch(upload.url, { method: upload.method, headers: upload.headers, body: file });
    if (!put.ok)
      return `The bucket did not take the picture (${put.status}). Try again.`;
    await api('PUT', `/books/${bookId}/cover`, { cover_s3_key: upload.cover_s3_key });
    return null;
  } catch (error) {
    return error instanceof TypeError ? 'The picture could not be sent. Look at the connection and try again.' : error.message;
  } finally {
    input.value = '';
  }
}
