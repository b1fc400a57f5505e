// What becomes of a row whose bytes are in the bucket: a cover, or a video with its captions, which is followed until it is ready and may then be published.
import { api } from '/console/console.js';
import { persistently } from './send.js';

const lookEvery = 2000;

export class Making {
  #rows;
  #ended;
  #following = false;

  /** @param {AbortSignal} ended with the page */
  constructor(rows, ended) {
    this.#rows = rows;
    this.#ended = ended;
  }

  async publish(row) {
    try {
      await persistently(() => api('PATCH', `/books/${row.book.id}`, { status: 'active' }), this.#ended);
      this.#rows.change(row, { stage: 'published', note: '', book: { ...row.book, status: 'active' } });
    } catch (error) {
      this.#rows.change(row, { publish: false, note: `It could not be published: ${error.message}` });
    }
  }

  finish(row) {
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
    void this.follow();
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
    if (row.stage === 'making')
      return;
    this.#rows.change(row, { stage: 'making', note: '' });
    try {
      this.#rows.change(row, await persistently(act, this.#ended));
    } catch (error) {
      if (!this.#ended.aborted)
        this.#rows.change(row, { stage: 'stopped', note: error.message });
    }
  }

  async follow() {
    if (this.#following)
      return;
    this.#following = true;
    for (let open; !this.#ended.aborted && (open = this.#rows.all.filter(row => row.stage === 'processing')).length > 0; ) {
      await Promise.all(open.map(row => this.#see(row)));
      await new Promise(resolve => setTimeout(resolve, document.hidden ? 5 * lookEvery : lookEvery));
    }
    this.#following = false;
  }

  async #see(row) {
    try {
      const asset = await api('GET', `/video_assets/${row.assetId}`, undefined, this.#ended);
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
      else if (!this.#ended.aborted)
        this.#rows.progress(row, { note: `${error.message} It is looked at again.` });
    }
  }
}
