// Small things of the pages without a circuit.
document.addEventListener('click', async event => {
  const button = event.target.closest('[data-copy], [data-print]');
  if (!button)
    return;
  if (button.dataset.copy === undefined) {
    print();
    return;
  }
  await navigator.clipboard.writeText([...document.querySelectorAll(button.dataset.copy + ' code')].map(code => code.textContent).join('\n'));
  button.textContent = 'Copied';
});

// The secret of a link goes from behind its # into the form, and out of the address.
const field = document.querySelector('[data-token-of-link]');
if (field && location.hash.length > 1) {
  field.value = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
}
