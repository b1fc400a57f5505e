let render = () => {};
let note = null;

export function onNavigate(handler) {
  render = handler;
  window.addEventListener('popstate', handler);
}

/** Goes to a screen. message: a sentence that the screen shows once. */
export function go(path, { replace = false, message = null } = {}) {
  note = message;
  history[replace ? 'replaceState' : 'pushState'](null, '', path);
  render();
}

export function takeMessage() {
  const message = note;
  note = null;
  return message;
}
