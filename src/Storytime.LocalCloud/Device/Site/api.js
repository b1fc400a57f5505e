import * as state from './state.js';

let base = '';
export let demo = [];

/** Where the API is; asked for once, before the first screen. */
export async function configure() {
  const config = await (await fetch('/config.json')).json();
  base = config.api;
  demo = config.demo;
}

/** What the API refused, or why it could not be asked; message is a sentence for the person on the other side of the glass. */
export class ApiError extends Error {
  constructor(status, code, message, details = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

/** Called when a session has ended for good; the app then shows the sign-in. */
export const onSignedOut = { handler: () => {} };

/** Asks as whoever has the device now: the child's token in child mode, else the parent's. */
export async function call(method, path, body, options = {}) {
  const token = options.token === undefined ? currentToken() : options.token;
  try {
    return await send(method, path, body, token, options);
  } catch (error) {
    if (error.status !== 401 || !token || options.token !== undefined) throw error;
    if (error.code === 'token_expired' && state.parent()) {
      await refresh();
      return await send(method, path, body, currentToken(), options);
    }
    state.forget();
    onSignedOut.handler(error.message);
    throw error;
  }
}

export const get = (path, options) => call('GET', path, undefined, options);
export const post = (path, body, options) => call('POST', path, body, options);
export const del = (path, options) => call('DELETE', path, undefined, options);

/** Signs in without touching what the device keeps. */
export const signIn = (email, password) => post('/auth/login', { email, password }, { token: null });

const currentToken = () => state.child()?.token ?? state.parent()?.jwt ?? null;

let refreshing = null;

/** One refresh at a time: a refresh token is good for one use. */
function refresh() {
  refreshing ??= post('/auth/refresh', { refresh_token: state.parent().refresh_token }, { token: null })
    .then(state.renewed, error => {
      if (error.status === 401) {
        state.forget();
        onSignedOut.handler('Your session has ended. Please sign in again.');
      }
      throw error;
    })
    .finally(() => { refreshing = null; });
  return refreshing;
}

async function send(method, path, body, token, { signal, credentials, keepalive } = {}) {
  const headers = { accept: 'application/json' };
  if (token) headers.authorization = `Bearer ${token}`;
  if (body !== undefined) headers['content-type'] = 'application/json';
  let response;
  try {
    response = await fetch(`${base}/api/v1${path}`, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal, credentials: credentials ?? 'omit', keepalive });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new ApiError(0, 'offline', 'Storytime cannot be reached. Check the connection, then try again.');
  }
  const text = await response.text();
  const answer = text ? parse(text) : null;
  if (response.ok) return answer;
  const problem = answer?.error;
  throw new ApiError(response.status, problem?.code ?? 'unknown', sentence(response, problem), problem?.details ?? {});
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function sentence(response, problem) {
  if (response.status === 429) {
    const seconds = Number(response.headers.get('retry-after'));
    return seconds ? `That was a little fast. Please try again in ${seconds} seconds.` : 'That was a little fast. Please try again in a moment.';
  }
  return problem?.message ?? 'Something went wrong. Please try again.';
}
