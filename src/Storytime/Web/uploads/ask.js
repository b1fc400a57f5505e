// A question with two answers, in the colours of the console.
import { h, newId } from './dom.js';

/** @returns {Promise<boolean>} */
export function ask(sentence, yes, no) {
  return new Promise(resolve => {
    const id = newId('question');
    const dialog = h('dialog', { className: 'up-dialog', 'aria-labelledby': id, onclose: () => { dialog.remove(); resolve(dialog.returnValue === 'yes'); } },
      h('form', { method: 'dialog' }, h('p', { id }, sentence),
        h('div', { className: 'up-actions' }, h('button', { value: 'no', className: 'up-button' }, no), h('button', { value: 'yes', className: 'up-button up-filled' }, yes))));
    document.querySelector('.up').append(dialog);
    dialog.showModal();
  });
}
