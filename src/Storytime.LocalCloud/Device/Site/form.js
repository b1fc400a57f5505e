import { h } from './dom.js';

/** A labelled field with room for what is wrong with it. */
export function field(label, attributes, hint) {
  const id = `field-${attributes.name}`;
  return h('div', { class: 'field' },
    h('label', { for: id }, label),
    attributes.options ? h('select', { id, name: attributes.name, 'data-testid': attributes['data-testid'] }, attributes.options.map(([value, text]) => h('option', { value }, text)))
      : h('input', { id, 'aria-describedby': `${id}-error`, ...attributes }),
    hint ? h('p', { class: 'hint' }, hint) : null,
    h('p', { class: 'field-error', id: `${id}-error` }));
}

/** A form that sends once at a time and shows what the API says about it, field by field. */
export function form(attributes, onSubmit, ...children) {
  const problem = h('p', { class: 'problem', role: 'alert', 'data-testid': 'problem' });
  const element = h('form', { novalidate: true, ...attributes }, children, problem);
  element.addEventListener('submit', async event => {
    event.preventDefault();
    const button = element.querySelector('[type=submit]');
    if (button.disabled) return;
    button.disabled = true;
    clear(element, problem);
    try {
      await onSubmit(Object.fromEntries(new FormData(element)));
    } catch (error) {
      explain(element, problem, error);
    } finally {
      button.disabled = false;
    }
  });
  return element;
}

function clear(element, problem) {
  problem.textContent = '';
  for (const input of element.querySelectorAll('[aria-invalid]')) input.removeAttribute('aria-invalid');
  for (const place of element.querySelectorAll('.field-error')) place.textContent = '';
}

function explain(element, problem, error) {
  let explained = false;
  for (const [name, messages] of Object.entries(error.code === 'validation_failed' ? error.details : {})) {
    const input = element.elements[name];
    if (!input) continue;
    input.setAttribute('aria-invalid', 'true');
    element.querySelector(`#field-${name}-error`).textContent = [messages].flat().join(' ');
    if (!explained) input.focus();
    explained = true;
  }
  if (!explained) problem.textContent = error.message;
}

/** A modal dialog; it is gone when it closes. */
export function dialog(attributes, ...children) {
  const element = h('dialog', attributes, children);
  element.addEventListener('close', () => element.remove());
  element.addEventListener('click', event => {
    if (event.target === element) element.close();
  });
  document.body.append(element);
  element.showModal();
  return element;
}
