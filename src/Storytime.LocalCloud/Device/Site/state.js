// What this device keeps. Either a parent is signed in, or a child has the device: never both.
// While a child has it there is no parent's token here at all, only the address to ask the password for.

const keys = { parent: 'storytime.parent', child: 'storytime.child', words: 'storytime.words' };

const read = key => {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
};

/** { user, jwt, refresh_token, expires_at } or null */
export const parent = () => read(keys.parent);

/** { token, session_id, child: { id, name }, parent_email } or null */
export const child = () => read(keys.child);

export function signedIn(session) {
  localStorage.removeItem(keys.child);
  localStorage.setItem(keys.parent, JSON.stringify(session));
}

/** New tokens after a refresh; a hand-over that happened meanwhile wins. */
export function renewed(session) {
  if (parent()) localStorage.setItem(keys.parent, JSON.stringify(session));
}

export function handedOver(token, sessionId, kid, parentEmail) {
  localStorage.removeItem(keys.parent);
  localStorage.setItem(keys.child, JSON.stringify({ token, session_id: sessionId, child: { id: kid.id, name: kid.name }, parent_email: parentEmail }));
}

/** Whether films show their words: of the device, whoever has it. */
export const showsWords = () => read(keys.words) === true;

export const showWords = show => localStorage.setItem(keys.words, JSON.stringify(show));

export function forget() {
  localStorage.removeItem(keys.parent);
  localStorage.removeItem(keys.child);
}
