// A draft of a new book, by what the name of a file tells.
import { api } from '/console/console.js';
import { h, newId } from './dom.js';

/** @returns {Promise<object | null>} the book, or null when it was thought better of. */
export function askForDraft(row) {
  return new Promise(resolve => {
    const title = newId('draft');
    const problem = h('p', { className: 'up-problem', role: 'alert' });
    const field = (label, props) => {
      const input = h('input', { id: newId('draft'), required: true, ...props });
      return [input, h('div', { className: 'up-field' }, h('label', { htmlFor: input.id }, label), input)];
    };
    const [name, nameField] = field('Title', { value: row.title ?? '', maxLength: 300 });
    const [author, authorField] = field('Author', { value: row.author ?? '', maxLength: 300 });
    const [language, languageField] = field('Language, such as en or pt-BR', { value: row.language ?? 'en', maxLength: 35 });
    const [from, fromField] = field('From age', { type: 'number', min: 0, max: 18, value: '3' });
    const [to, toField] = field('To age', { type: 'number', min: 0, max: 18, value: '7' });
    let made = null;
    const save = h('button', { type: 'submit', className: 'up-button up-filled' }, 'Add the draft');
    const dialog = h('dialog', { className: 'up-dialog', 'aria-labelledby': title, onclose: () => { dialog.remove(); resolve(made); } },
      h('form', {
        onsubmit: async e => {
          e.preventDefault();
          save.disabled = true;
          problem.textContent = '';
          try {
            made = await api('POST', '/books', {
              title: name.value, author: author.value, language: language.value, age_min: Number(from.value), age_max: Number(to.value), status: 'draft',
            });
            dialog.close();
          } catch (error) {
            problem.textContent = error.message;
          }
          save.disabled = false;
        },
      }, h('h2', { id: title }, 'New book'), h('p', {}, 'It is a draft: nobody sees it until it is published. The rest can be filled in on its page.'), problem,
      nameField, authorField, languageField, h('div', { className: 'up-two' }, fromField, toField),
      h('div', { className: 'up-actions' }, h('button', { type: 'button', className: 'up-button', onclick: () => dialog.close() }, 'Cancel'), save)));
    // In the container, so that it is gone when the page is.
    document.querySelector('.up').append(dialog);
    dialog.showModal();
  });
}
