// The page /admin/uploads. Blazor leaves its container alone, so that files go on while the circuit of the page is lost and found again.
import { api } from '/console/console.js';
import { ask } from './ask.js';
import { take } from './choose.js';
import { h } from './dom.js';
import { askForDraft } from './draft.js';
import { frame } from './frame.js';
import { busy, canStart, ended, Rows } from './rows.js';
import { asChoice } from './picker.js';
import { RowView } from './row-view.js';
import { Totals } from './totals.js';
import { Work } from './work.js';

const leaving = 'Files are being uploaded. When you leave the page, they stop; you can go on later, when you choose the same files again.';

const ignore = e => e.preventDefault();

/** @param {HTMLElement} root @returns {Promise<{ mayLeave: () => Promise<boolean>, dispose: () => void }>} */
export async function mount(root) {
  const release = await becomeKeeper();
  const page = new Page(root, release !== null);
  void page.work.resume();
  return { mayLeave: async () => !page.isBusy || await ask(leaving, 'Leave', 'Stay'), dispose: () => { page.dispose(); release?.(); } };
}

/** One tab alone remembers the list: two would overwrite each other's. @returns {Promise<(() => void) | null>} null when another tab does. */
function becomeKeeper() {
  return new Promise(resolve => void navigator.locks.request('storytime-uploads', { ifAvailable: true }, lock => {
    if (!lock)
      return resolve(null);
    return new Promise(release => resolve(release));
  }));
}

/** The page of a book leads here by ?book=123. */
async function bookOfAddress() {
  const id = new URLSearchParams(location.search).get('book');
  return /^\d+$/.test(id) ? api('GET', `/books/${id}`).then(asChoice, () => null) : null;
}

class Page {
  #views = new Map();
  #totals = new Totals();
  #quarter = 0;
  #fallback;
  #parts;
  #timer;

  constructor(root, keeps) {
    this.rows = new Rows(keeps);
    this.work = new Work(this.rows);
    this.#fallback = bookOfAddress();
    this.root = root;
    this.#parts = frame(root, keeps, {
      take: files => void this.#take(files),
      startAll: () => this.rows.all.filter(canStart).forEach(row => this.work.start(row)),
      pauseAll: () => this.rows.all.forEach(row => this.work.pause(row)),
      resumeAll: () => this.rows.all.forEach(row => this.work.goOn(row)),
      clear: () => this.rows.all.filter(ended).forEach(row => this.rows.remove(row)),
      publishAll: () => this.#publishAll(),
    });
    this.rows.addEventListener('add', e => this.#show(e.detail));
    this.rows.addEventListener('change', e => this.#onChange(e.detail));
    this.rows.addEventListener('remove', e => this.#onRemove(e.detail));
    this.rows.all.forEach(row => this.#show(row));
    addEventListener('beforeunload', this.#onLeave);
    // A file that is dropped beside its place would be opened instead of this page.
    addEventListener('dragover', ignore);
    addEventListener('drop', ignore);
    this.#timer = setInterval(() => this.#tick(), 500);
    this.#tick();
  }

  get isBusy() {
    return this.rows.all.some(busy);
  }

  dispose() {
    clearInterval(this.#timer);
    removeEventListener('beforeunload', this.#onLeave);
    removeEventListener('dragover', ignore);
    removeEventListener('drop', ignore);
    this.work.end();
    this.root.replaceChildren();
  }

  async #take(files) {
    this.#say(`${files.length} ${files.length === 1 ? 'file' : 'files'} chosen.`);
    const { added, resumed, refused } = await take(files, this.rows, await this.#fallback);
    this.#parts.problems.replaceChildren(...refused.map(sentence => h('p', {}, sentence)));
    for (const row of added) {
      row.publish = this.#parts.publishAll.checked && row.kind === 'video';
      this.rows.add(row);
    }
    for (const row of resumed) {
      if (row.book && row.started)
        this.work.start(row);
      else
        this.rows.change(row, { stage: 'choose', note: '' });
    }
    await this.work.reconsider();
    const matched = added.filter(row => row.book).length;
    if (added.length > 0)
      this.#say(`${added.length} added, ${matched} matched to a book.${matched < added.length ? ' Choose books for the others.' : ''}`);
  }

  #show(row) {
    const view = new RowView(row, {
      start: r => this.work.start(r), pause: r => this.work.pause(r), goOn: r => this.work.goOn(r), retry: r => this.work.retry(r), cancel: r => this.#cancel(r),
      choose: () => this.#parts.input.click(), draft: r => this.#draft(r), setBook: (r, book) => this.#setBook(r, book),
      setPublish: (r, publish) => this.#setPublish(r, publish), setLanguage: (r, language) => this.rows.change(r, { language }),
    });
    this.#views.set(row.key, view);
    this.#parts.list.append(view.element);
    this.#tick();
  }

  #onChange({ row, before }) {
    this.#views.get(row.key)?.update();
    if (row.stage === before)
      return;
    const said = {
      paused: 'is paused', stopped: `has stopped: ${row.note}`, processing: 'is uploaded and being encoded', ready: 'is ready', published: 'is published', failed: 'could not be encoded', done: 'is done',
    }[row.stage];
    if (said)
      this.#say(`${row.name} ${said}.`);
    this.#tick();
  }

  /** The focus goes to the next row, or to where files are chosen. */
  #onRemove(row) {
    const { element } = this.#views.get(row.key);
    const focused = element.contains(document.activeElement);
    const next = element.nextElementSibling ?? element.previousElementSibling ?? this.#parts.drop;
    element.remove();
    this.#views.delete(row.key);
    if (focused)
      [...next.querySelectorAll('button')].find(button => !button.hidden)?.focus();
    this.#tick();
  }

  async #cancel(row) {
    const loses = row.sent > 0 && !row.assetId && row.stage !== 'done';
    if (!loses || await ask(`Cancel ${row.name}? What was sent of it is deleted.`, 'Cancel the upload', 'Keep it'))
      await this.work.cancel(row);
  }

  async #draft(row) {
    const book = await askForDraft(row);
    if (!book)
      return;
    const chosen = asChoice(book);
    // Its cover and captions are called the same.
    for (const other of this.rows.all.filter(r => r === row || (!r.book && r.title && r.title.toLowerCase() === row.title?.toLowerCase())))
      this.#setBook(other, chosen);
    this.#say(`${book.title} is added as a draft.`);
  }

  #setBook(row, book) {
    this.rows.change(row, { book });
    void this.work.reconsider();
  }

  #setPublish(row, publish) {
    this.rows.change(row, { publish });
    if (publish && row.stage === 'ready')
      void this.work.publish(row);
  }

  #publishAll() {
    for (const row of this.rows.all.filter(r => r.kind === 'video' && !ended(r)))
      this.#setPublish(row, this.#parts.publishAll.checked);
  }

  #tick() {
    const rows = this.rows.all;
    this.#totals.sample(rows);
    rows.filter(row => row.stage === 'sending').forEach(row => this.#views.get(row.key)?.update());
    const { text, percent } = this.#totals.of(rows);
    this.#parts.section.hidden = rows.length === 0;
    this.#parts.totalLine.hidden = percent === null;
    this.#parts.total.value = percent ?? 0;
    this.#parts.totalText.textContent = text;
    this.#parts.bulk.start.disabled = !rows.some(canStart);
    this.#parts.bulk.pause.disabled = !rows.some(row => row.stage === 'sending');
    this.#parts.bulk.goOn.disabled = !rows.some(row => row.stage === 'paused');
    this.#parts.bulk.clear.disabled = !rows.some(ended);
    // A quarter at a time: a screen reader reads nothing else otherwise.
    const quarter = percent === null ? 0 : Math.floor(percent / 25);
    if (quarter > this.#quarter && quarter < 4)
      this.#say(`${quarter * 25} percent are uploaded. ${text}.`);
    this.#quarter = quarter;
  }

  #say(sentence) {
    this.#parts.live.textContent = sentence;
  }

  #onLeave = e => {
    if (this.isBusy)
      e.preventDefault();
  };
}
