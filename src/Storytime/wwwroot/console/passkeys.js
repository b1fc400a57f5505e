// Passkeys: https://www.w3.org/TR/webauthn-3/. The server makes the options and checks the answer; this only carries both.
const token = () => document.querySelector('meta[name="csrf-token"]').content;

async function post(path, body) {
  const answer = await fetch(path, { method: 'POST', headers: { 'X-CSRF-Token': token(), 'Content-Type': 'application/json' }, body });
  const json = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok)
    throw new Error(json?.error?.message ?? `The server answered ${answer.status}.`);
  return json;
}

function check() {
  if (!globalThis.PublicKeyCredential?.parseRequestOptionsFromJSON)
    throw new Error('This browser has no passkeys. Use another one, or your password.');
}

async function get(path) {
  check();
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await post(path + '/options'));
  return JSON.stringify(await navigator.credentials.get({ publicKey }));
}

async function signIn(button) {
  const answer = await get('/admin/sign-in/passkey');
  location.assign((await post('/admin/sign-in/passkey?then=' + encodeURIComponent(button.dataset.then), answer)).then);
}

async function add(button) {
  check();
  const [name, password] = ['passkey-name', 'passkey-password'].map(id => document.getElementById(id)?.value ?? '');
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(await post('/admin/account/passkeys/options', password));
  const credential = await navigator.credentials.create({ publicKey });
  await post('/admin/account/passkeys?name=' + encodeURIComponent(name), JSON.stringify(credential));
  location.assign(button.dataset.then);
}

/** What went wrong, as a sentence: the browser's own ones are for programmers. */
function sentence(error) {
  switch (error.name) {
    case 'NotAllowedError': return 'No passkey was used. Try again.';
    case 'InvalidStateError': return 'This device is known already.';
    case 'SecurityError': return 'Passkeys do not work at this address.';
    default: return error.message;
  }
}

/** Shows once more by a passkey who is there; answers null, or what went wrong. */
export async function confirm() {
  try {
    await post('/admin/account/passkeys/confirmations', await get('/admin/account/passkeys/confirmations'));
    return null;
  } catch (error) {
    return sentence(error);
  }
}

document.addEventListener('click', async event => {
  const button = event.target.closest('[data-passkey]');
  if (!button)
    return;
  const problem = document.getElementById(`passkey-${button.dataset.passkey}-problem`);
  problem.textContent = '';
  button.disabled = true;
  try {
    await (button.dataset.passkey === 'add' ? add : signIn)(button);
  } catch (error) {
    problem.textContent = sentence(error);
  } finally {
    button.disabled = false;
  }
});
