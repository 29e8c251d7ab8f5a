/**
 * The password of a device that asks for one: HTTP basic (RFC 7617) or digest with SHA-256 (RFC 7616, qop `auth`).
 * Nothing here puts the password into a text.
 */
import { crypto } from './when-used.ts';

export interface HttpLogin {
  /** What to send along with a GET of that path; `null` while nobody has asked. */
  header(path: string): string | null;
  /** The device asked with this `WWW-Authenticate`. True when there is something to answer with. */
  challenged(challenge: string): boolean;
}

/** Basic: the password goes over the network as it is, so it is sent only after the device has asked. */
export function basicLogin(user: string, password: string): HttpLogin {
  let asked = false;
  return {
    header: () => (asked ? `Basic ${Buffer.from(`${user}:${password}`, 'utf8').toString('base64')}` : null),
    challenged(challenge) {
      asked = /^\s*basic\b/i.test(challenge);
      return asked;
    },
  };
}

/** Digest. One challenge serves many requests, counted, until the device gives a new one. */
export function digestLogin(user: string, password: string, random = randomHex): HttpLogin {
  let known: { readonly realm: string; readonly nonce: string } | null = null;
  let count = 0;
  return {
    header(path) {
      if (known === null) return null;
      const { realm, nonce } = known;
      const nc = (++count).toString(16).padStart(8, '0');
      const cnonce = random();
      const who = sha256(`${user}:${realm}:${password}`);
      const response = sha256(`${who}:${nonce}:${nc}:${cnonce}:auth:${sha256(`GET:${path}`)}`);
      return (
        `Digest username="${user}", realm="${realm}", nonce="${nonce}", uri="${path}", algorithm=SHA-256, ` +
        `qop=auth, nc=${nc}, cnonce="${cnonce}", response="${response}"`
      );
    },
    challenged(challenge) {
      count = 0;
      known = readChallenge(challenge);
      return known !== null;
    },
  };
}

/** Realm and nonce of a digest challenge that can be answered: SHA-256, and nothing that would need escaping. */
function readChallenge(challenge: string): { realm: string; nonce: string } | null {
  if (!/^\s*digest\s/i.test(challenge)) return null;
  const fields = new Map<string, string>();
  for (const [, name, quoted, bare] of challenge.matchAll(/([a-z]+)\s*=\s*(?:"([^"\\]*)"|([^\s,"]+))/gi)) {
    if (name !== undefined) fields.set(name.toLowerCase(), quoted ?? bare ?? '');
  }
  const realm = fields.get('realm');
  const nonce = fields.get('nonce');
  if (fields.get('algorithm')?.toUpperCase() !== 'SHA-256') return null;
  if (!(fields.get('qop') ?? '').split(/\s*,\s*/).includes('auth')) return null;
  return realm === undefined || nonce === undefined || !isPlain(realm + nonce) ? null : { realm, nonce };
}

/** Printable ASCII: anything else must not get into a header. */
function isPlain(text: string): boolean {
  return /^[\u0020-\u007e]*$/.test(text);
}

function sha256(text: string): string {
  return crypto().createHash('sha256').update(text, 'utf8').digest('hex');
}

function randomHex(): string {
  return crypto().randomBytes(8).toString('hex');
}
