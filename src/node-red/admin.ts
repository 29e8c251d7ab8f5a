/**
 * Endpoints for the dialogs, beside Node-RED's own and behind its permissions: JSON in, JSON out, answers of one kind.
 * Whatever happens in a handler ends as an answer with a sentence; never as a stack, a rejection or a request left open.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Translate } from '../texts/translate.ts';
import type { Red, RequestHandler } from './types.ts';

/** More than any dialog has to say. */
const LONGEST_BODY = 64 * 1024;

/** What a handler throws when the request is at fault: the status and the sentence that the dialog shows. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, sentence: string) {
    super(sentence);
    this.status = status;
  }
}

type Request = Parameters<RequestHandler>[0];

export interface AdminEndpoint {
  readonly method: 'get' | 'post';
  /** Below `httpAdminRoot`, starting with `/cellwarden/`. */
  readonly path: string;
  /** Node-RED's permission, such as `flows.write`. */
  readonly permission: string;
  /**
   * @param body what was posted, as JSON has it; `null` for a `get`
   * @returns the answer, as JSON takes it
   * @throws Refusal when the request is at fault; anything else is answered with 500 and a sentence that tells nothing
   */
  readonly handle: (body: unknown) => unknown;
}

/** What has been registered: node types are registered again when a module is switched off and on. */
const registered = new WeakMap<object, Set<string>>();

/** Registers an endpoint with this Node-RED; once, however often it is asked for. */
export function adminEndpoint(red: Red, translate: Translate, endpoint: AdminEndpoint): void {
  const { method, path, permission, handle } = endpoint;
  const app = red.httpAdmin;
  const known = registered.get(app) ?? new Set<string>();
  registered.set(app, known);
  const route = `${method} ${path}`;
  if (known.has(route)) return;
  known.add(route);

  const work = async (request: Request): Promise<unknown> =>
    handle(method === 'get' ? null : await jsonOf(request, translate));
  app[method](path, red.auth.needsPermission(permission), (request, response) => {
    work(request).then(
      (answer) => reply(response, 200, answer),
      (error: unknown) => {
        const status = error instanceof Refusal ? error.status : 500;
        const sentence = error instanceof Refusal ? error.message : translate('bms-config.admin.failed');
        reply(response, status, { error: sentence });
      },
    );
  });
}

function reply(response: ServerResponse, status: number, answer: unknown): void {
  let text: string;
  try {
    text = JSON.stringify(answer ?? null);
  } catch {
    status = 500;
    text = '{}';
  }
  // Who asked may be gone, or somebody else may have answered.
  if (response.headersSent || response.destroyed) return;
  response.statusCode = status;
  response.setHeader('Content-Type', 'application/json; charset=utf-8');
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.end(text);
}

/**
 * The body as JSON, whether or not somebody has parsed it on the way here. Another content type is refused: a page of
 * another site can make a browser post text or a form, but not JSON without asking first.
 */
async function jsonOf(request: Request, translate: Translate): Promise<unknown> {
  const tooLong = (): Refusal =>
    new Refusal(413, translate('bms-config.admin.too-long', { limit: LONGEST_BODY / 1024 }));
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new Refusal(415, translate('bms-config.admin.not-json'));
  }
  if (Number(request.headers['content-length'] ?? 0) > LONGEST_BODY) throw tooLong();
  if (request.body !== undefined) {
    // A chunked request names no length before it is read.
    if (Buffer.byteLength(JSON.stringify(request.body) ?? '') > LONGEST_BODY) throw tooLong();
    return request.body;
  }
  const text = await textOf(request);
  if (text === null) throw tooLong();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new Refusal(400, translate('bms-config.admin.malformed'));
  }
}

/** The body as text; `null` when it is longer than any that is wanted. */
async function textOf(request: IncomingMessage): Promise<string | null> {
  const parts: Buffer[] = [];
  let bytes = 0;
  // Leaving the loop must not cut the line before the answer is on it.
  for await (const part of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += part.length;
    if (bytes > LONGEST_BODY) return null;
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
