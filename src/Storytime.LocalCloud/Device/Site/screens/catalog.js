import { get } from '../api.js';
import { announce, h, icon } from '../dom.js';
import { cover } from '../cover.js';
import { problemBox } from './frame.js';

const ages = [['', 'All ages'], ['2', '1–3'], ['5', '4–6'], ['7', '7 and up']];
const typingPause = 250;

/** Search as you type, with an age to narrow it down. */
export function catalog({ has, add }) {
  const results = h('ul', { class: 'results', 'data-testid': 'results' });
  const more = h('button', { class: 'quiet wide', hidden: true, onclick: () => search(page + 1) }, 'Show more');
  const input = h('input', { type: 'search', id: 'search', name: 'q', placeholder: 'Title, author, a word from the story…', autocomplete: 'off', spellcheck: 'false', 'data-testid': 'search', oninput: typed });
  let age = '';
  let page = 1;
  let timer = null;
  let running = null;

  const chips = ages.map(([value, label]) => h('button', { type: 'button', class: 'chip', 'aria-pressed': String(value === age), 'data-testid': `age-${value || 'all'}`, onclick: event => {
    age = value;
    chips.forEach(chip => chip.setAttribute('aria-pressed', String(chip === event.currentTarget)));
    search(1);
  } }, label));

  function typed() {
    clearTimeout(timer);
    timer = setTimeout(() => search(1), typingPause);
  }

  async function search(wanted) {
    running?.abort();
    const mine = running = new AbortController();
    results.setAttribute('aria-busy', 'true');
    const query = new URLSearchParams({ page: wanted, per_page: 12 });
    if (input.value.trim()) query.set('q', input.value.trim());
    if (age) query.set('age', age);
    try {
      const answer = await get(`/catalog/books?${query}`, { signal: mine.signal });
      page = wanted;
      if (page === 1) results.replaceChildren();
      results.append(...answer.data.map(result));
      if (answer.pagination.total === 0) results.replaceChildren(h('li', { class: 'empty' }, h('p', {}, `Nothing found${input.value.trim() ? ` for “${input.value.trim()}”` : ''}.`), h('p', {}, 'Try another word, or all ages.')));
      more.hidden = page >= answer.pagination.total_pages;
      announce(`${answer.pagination.total} books found.`);
    } catch (error) {
      if (error.name === 'AbortError') return;
      results.replaceChildren(h('li', {}, problemBox(error)));
      more.hidden = true;
    } finally {
      if (running === mine) results.removeAttribute('aria-busy');
    }
  }

  function result(book) {
    const item = h('li', { class: 'result', 'data-testid': 'result' });
    const draw = () => item.replaceChildren(
      cover(book),
      h('div', { class: 'book-text' },
        h('h3', {}, book.title),
        h('p', { class: 'meta' }, [book.author, agesOf(book), languageOf(book), lengthOf(book)].filter(Boolean).join(' · ')),
        h('p', { class: 'description' }, book.description),
        has(book)
          ? h('p', { class: 'on-shelf', 'data-testid': 'on-shelf' }, icon('check'), 'On the shelf')
          : h('button', { class: 'secondary', 'data-testid': 'add-book', 'aria-label': `Add ${book.title}`, onclick: event => {
            event.currentTarget.disabled = true;
            add(book);
          } }, icon('plus'), 'Add')));
    item.redraw = draw;
    draw();
    return item;
  }

  search(1);
  return {
    element: h('div', { class: 'catalog' },
      h('div', { class: 'search', role: 'search' }, h('label', { for: 'search', class: 'visually-hidden' }, 'Search the catalog'), icon('search'), input),
      h('div', { class: 'chips', role: 'group', 'aria-label': 'Age' }, chips),
      results, more),
    /** The shelf changed: what is shown by now says so, though another search may have answered since a book was added. */
    refresh: () => [...results.children].forEach(item => item.redraw?.()),
  };
}

const agesOf = book => book.age_min == null ? null : book.age_max == null ? `from ${book.age_min}` : `ages ${book.age_min}–${book.age_max}`;

function languageOf(book) {
  if (!book.language || book.language === 'en') return null;
  return new Intl.DisplayNames('en', { type: 'language' }).of(book.language);
}

function lengthOf(book) {
  if (!book.duration_seconds) return null;
  return book.duration_seconds < 90 ? `${Math.round(book.duration_seconds)} s` : `${Math.round(book.duration_seconds / 60)} min`;
}
