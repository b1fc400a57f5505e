// Uppy's uploader of Storytime: three files at once, each of which can pause. Uppy's own one for S3 begins uploads at S3 and sends the parts of a file one after another;
// here the admin API begins them, knows their parts, and several go at once.
import { BasePlugin } from '@uppy/core';
import { TaskQueue } from '@uppy/core/utils';

const filesAtOnce = 3;
const paused = new DOMException('Paused', 'AbortError');
const removed = new DOMException('Removed', 'AbortError');

export class StorytimeUploader extends BasePlugin {
  #queue = new TaskQueue({ concurrency: filesAtOnce });
  #sending = new Map();
  #waiting = new Map();

  /** @param {{ send: (file: object, signal: AbortSignal, onProgress: (sent: number) => void) => Promise<void> }} opts */
  constructor(uppy, opts) {
    super(uppy, opts);
    this.id = opts.id ?? 'StorytimeUploader';
    this.type = 'uploader';
  }

  install() {
    this.uppy.setState({ capabilities: { ...this.uppy.getState().capabilities, resumableUploads: true } });
    this.uppy.addUploader(this.#upload);
    this.uppy.on('upload-pause', this.#onPause);
    this.uppy.on('file-removed', this.#onRemoved);
  }

  uninstall() {
    this.uppy.removeUploader(this.#upload);
    this.uppy.off('upload-pause', this.#onPause);
    this.uppy.off('file-removed', this.#onRemoved);
    for (const controller of this.#sending.values())
      controller.abort(removed);
  }

  #upload = async ids => {
    this.uppy.emit('upload-start', this.uppy.getFilesByIds(ids));
    await Promise.all(ids.map(id => this.#see(id)));
  };

  /** Until it is done, failed or removed: one that pauses gives its place to another. */
  async #see(id) {
    for (let file; (file = this.uppy.getFile(id)); ) {
      if (file.isPaused)
        await new Promise(resolve => this.#waiting.set(id, resolve));
      else if (await this.#queue.add(() => this.#send(id)))
        return;
    }
  }

  /** @returns whether that was all: it is not when it was paused. */
  async #send(id) {
    const file = this.uppy.getFile(id);
    if (!file || file.isPaused)
      return !file;
    const controller = new AbortController();
    this.#sending.set(id, controller);
    try {
      await this.opts.send(file, controller.signal, bytesUploaded =>
        this.uppy.emit('upload-progress', this.uppy.getFile(id), { uploadStarted: file.progress.uploadStarted ?? Date.now(), bytesUploaded, bytesTotal: file.size }));
      this.uppy.emit('upload-success', this.uppy.getFile(id), { status: 200, body: {} });
    } catch (error) {
      if (controller.signal.aborted)
        return controller.signal.reason === removed;
      this.uppy.emit('upload-error', this.uppy.getFile(id), error);
    } finally {
      this.#sending.delete(id);
    }
    return true;
  }

  #onPause = (file, isPaused) => {
    if (isPaused)
      this.#sending.get(file.id)?.abort(paused);
    else
      this.#wake(file.id);
  };

  #onRemoved = file => {
    this.#sending.get(file.id)?.abort(removed);
    this.#wake(file.id);
  };

  #wake(id) {
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }
}
