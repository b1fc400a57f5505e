// Finds a book by words: a combobox as the ARIA Authoring Practices describe it (https://www.w3.org/WAI/ARIA/apg/patterns/combobox/).
import { api } from '/console/console.js';
import { h, newId } from './dom.js';

/** What a row keeps of a book of the API. */
export const asChoice = ({ id, title, author, status, playing_asset_id: video }) => ({ id, title, author, status, hasVideo: video !== null });

export class BookPicker {
  #list;
  #options = [];
  #active = -1;
  #timer;
  #asked = 0;
  #candidates = [];
  #chosen = null;
  #choose;

  /** @param {(book: { id: number, title: string, status: string, hasVideo: boolean }) => void} choose */
  constructor(label, choose) {
    this.#choose = choose;
    const id = newId('books');
    this.#list = h('ul', { id, role: 'listbox', hidden: true, 'aria-label': 'Books' });
    this.input = h('input', {
      type: 'text', role: 'combobox', autocomplete: 'off', id: newId('book'), 'aria-expanded': 'false', 'aria-controls': id, 'aria-autocomplete': 'list',
      placeholder: 'Title or author',
      onfocus: () => this.input.select(), oninput: () => this.#later(), onkeydown: e => this.#onKey(e), onclick: () => this.#show(this.#candidates), onblur: () => this.#leave(),
    });
    this.element = h('div', { className: 'up-picker' }, h('label', { htmlFor: this.input.id }, label), this.input, this.#list);
  }

  show(book, candidates, disabled) {
    this.#candidates = candidates ?? [];
    this.input.disabled = disabled;
    if (book?.id === this.#chosen?.id && document.activeElement === this.input)
      return;
    this.#chosen = book ?? null;
    this.input.value = book?.title ?? '';
  }

  #later() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#search(), 200);
  }

  async #search() {
    const [words, asked] = [this.input.value.trim(), ++this.#asked];
    const books = words === '' ? this.#candidates
      : await api('GET', `/books?per_page=8&q=${encodeURIComponent(words.slice(0, 200))}`)
        .then(page => page.data.map(asChoice), () => []);
    // Of answers that overtake each other, the last question's one counts.
    if (asked === this.#asked && document.activeElement === this.input)
      this.#show(books, words !== '');
  }

  #show(books, sayNone = false) {
    this.#options = books;
    this.#active = -1;
    this.#list.replaceChildren(...books.map((book, i) => h('li', {
      id: `${this.#list.id}-${i}`, role: 'option', 'aria-selected': 'false',
      // Before the input loses its focus.
      onmousedown: e => { e.preventDefault(); this.#take(book); },
    }, h('span', {}, book.title), h('small', {}, ` ${book.author} · ${book.status} · book ${book.id}`))));
    if (books.length === 0 && sayNone)
      this.#list.append(h('li', { role: 'option', 'aria-disabled': 'true', 'aria-selected': 'false' }, 'No book matches.'));
    this.#list.hidden = this.#list.children.length === 0;
    this.input.setAttribute('aria-expanded', String(!this.#list.hidden));
    this.input.removeAttribute('aria-activedescendant');
  }

  #onKey(e) {
    if (e.key === 'ArrowDown' || e.key === 'ArrowUp') {
      e.preventDefault();
      if (this.#list.hidden)
        this.#show(this.#candidates);
      this.#activate(this.#active + (e.key === 'ArrowDown' ? 1 : -1));
    } else if (e.key === 'Enter' && !this.#list.hidden && this.#options.length > 0) {
      e.preventDefault();
      this.#take(this.#options[Math.max(0, this.#active)]);
    } else if (e.key === 'Escape' && !this.#list.hidden) {
      e.preventDefault();
      this.#show([]);
    }
  }

  #activate(index) {
    const count = this.#options.length;
    if (count === 0)
      return;
    this.#active = (index + count) % count;
    [...this.#list.children].forEach((option, i) => option.setAttribute('aria-selected', String(i === this.#active)));
    this.input.setAttribute('aria-activedescendant', `${this.#list.id}-${this.#active}`);
    this.#list.children[this.#active].scrollIntoView({ block: 'nearest' });
  }

  #take(book) {
    this.#chosen = book;
    this.input.value = book.title;
    this.#show([]);
    this.#choose(book);
  }

  /** What was typed and not chosen is no book. */
  #leave() {
    clearTimeout(this.#timer);
    this.#asked++;
    this.#show([]);
    this.input.value = this.#chosen?.title ?? '';
  }
}
