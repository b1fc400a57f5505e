// The list of files, and what of it outlives a reload: all but the files themselves, which a browser gives only to the page that they were chosen in.
const place = 'storytime-uploads';
const kept = ['key', 'kind', 'name', 'size', 'print', 'title', 'author', 'language', 'candidates', 'book', 'publish', 'started', 'uploaded', 'uploadId', 's3Key', 'assetId', 'stage', 'sent', 'note'];

/** Nothing more to do, so that the row may leave the list without a question. */
export const ended = row => ['done', 'ready', 'published', 'failed'].includes(row.stage);

/** Leaving the page would interrupt it. */
export const busy = row => ['sending', 'making'].includes(row.stage);

export const canStart = row => row.stage === 'waiting' && row.file !== undefined;

export class Rows extends EventTarget {
  #rows = [];
  #keeps;

  /** @param {boolean} keeps whether this page is the one that remembers; another tab may be. */
  constructor(keeps) {
    super();
    this.#keeps = keeps;
    this.#rows = (keeps ? load() : []).map(row => ({ ...row, stage: stageAfterReload(row) }));
  }

  get all() {
    return this.#rows;
  }

  get(key) {
    return this.#rows.find(row => row.key === key);
  }

  add(row) {
    this.#rows.push(row);
    this.#save();
    this.dispatchEvent(new CustomEvent('add', { detail: row }));
  }

  /** Also of a row that has left: then nothing comes of it. */
  change(row, facts) {
    const before = row.stage;
    Object.assign(row, facts);
    // A new stage decides anew whether the row has a book to go to.
    if (row.stage === 'choose' && row.book)
      row.stage = 'waiting';
    this.#save();
    this.dispatchEvent(new CustomEvent('change', { detail: { row, before } }));
  }

  /** How far it is, which nobody needs after a reload. */
  progress(row, facts) {
    Object.assign(row, facts);
    this.dispatchEvent(new CustomEvent('change', { detail: { row, before: row.stage } }));
  }

  remove(row) {
    this.#rows = this.#rows.filter(other => other !== row);
    this.#save();
    this.dispatchEvent(new CustomEvent('remove', { detail: row }));
  }

  /** The captions that go with a video. */
  captionsOf(video) {
    return this.#rows.find(row => row.kind === 'captions' && row.stage !== 'done' && row.book?.id === video.book?.id);
  }

  #save() {
    if (this.#keeps)
      localStorage.setItem(place, JSON.stringify(this.#rows.map(row => Object.fromEntries(kept.map(name => [name, row[name]])))));
  }
}

function stageAfterReload(row) {
  if (ended(row) || row.stage === 'processing')
    return row.stage;
  return row.uploaded ? 'held' : 'lost';
}

function load() {
  try {
    return JSON.parse(localStorage.getItem(place)) ?? [];
  } catch {
    return [];
  }
}
