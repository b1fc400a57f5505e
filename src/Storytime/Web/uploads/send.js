// One request that carries bytes, and the patience around it.
const waits = [1, 2, 4, 8, 15, 30];

/**
 * Sends a blob to a presigned address. Not by fetch, which does not tell how much of it went out.
 * @returns {Promise<void>} rejects with an Error that has the status, or none when the network failed.
 */
export function put({ url, headers }, blob, signal, onProgress) {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = () => xhr.abort();
    const end = (settle, value) => {
      signal.removeEventListener('abort', abort);
      settle(value);
    };
    const fail = (message, status) => end(reject, Object.assign(new Error(message), { status, fromStorage: true }));
    signal.throwIfAborted();
    signal.addEventListener('abort', abort);
    xhr.open('PUT', url);
    // The length is a signed header too; a browser sets it by itself, and lets nobody else.
    for (const [name, value] of Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'content-length'))
      xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = e => onProgress(e.loaded);
    xhr.onload = () => xhr.status < 300 ? end(resolve) : fail(`The storage answered ${xhr.status}${reason(xhr.responseText)}.`, xhr.status);
    xhr.onerror = () => fail('The network failed.');
    xhr.onabort = () => end(reject, signal.reason);
    xhr.send(blob);
  });
}

const reason = xml => /<Code>(\w+)<\/Code>/.exec(xml)?.[1].replace(/^/, ' ') ?? '';

/** Tries again, later and later, what a network or a busy server may have made fail; gives up after about a minute of which the browser was online. */
export async function persistently(attempt, signal, onWait = () => {}) {
  for (let tries = 0; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      signal.throwIfAborted();
      if (tries >= waits.length || !mayPass(error))
        throw error;
      const seconds = waits[tries] * (0.75 + Math.random() / 2);
      onWait(error, seconds);
      await rest(seconds, signal);
    }
  }
}

/** A storage refuses an address that ran out with 403; the next attempt asks for a fresh one. */
const mayPass = ({ status, fromStorage, name }) => name !== 'AbortError'
  && (status === undefined || status === 408 || status === 429 || status >= 500 || (status === 403 && fromStorage));

function rest(seconds, signal) {
  return new Promise((resolve, reject) => {
    const offline = navigator.onLine === false;
    const timer = offline ? 0 : setTimeout(() => end(resolve), seconds * 1000);
    const online = () => end(resolve);
    const abort = () => end(reject, signal.reason);
    const end = (settle, value) => {
      clearTimeout(timer);
      removeEventListener('online', online);
      signal.removeEventListener('abort', abort);
      settle(value);
    };
    if (offline)
      addEventListener('online', online);
    signal.addEventListener('abort', abort);
  });
}
