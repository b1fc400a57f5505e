// What happens to the bytes of a row: Uppy sends them, pauses, goes on, and gives up.
import Uppy from '@uppy/core';
import { api } from '/console/console.js';
import { kindOf } from './files.js';
import { Making } from './making.js';
import { look, send } from './storage.js';
import { StorytimeUploader } from './uploader.js';

/** What fails is said in its row. */
const silent = { debug() {}, warn() {}, error() {} };

export class Work {
  #rows;
  #uppy;
  #making;
  #ended = new AbortController();

  constructor(rows) {
    this.#rows = rows;
    this.#making = new Making(rows, this.#ended.signal);
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
    void this.#making.follow();
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
      await this.#making.finish(row);
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
    await Promise.all(this.#rows.all.filter(row => row.stage === 'held').map(row => this.#making.finish(row)));
  }

  publish(row) {
    return this.#making.publish(row);
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
    await this.#making.finish(row);
    if (row.kind === 'captions')
      await this.reconsider();
  }
}
