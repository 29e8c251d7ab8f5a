/** The answering side of HTTP/1.1, as far as small devices go: GET requests out of a stream of bytes, one after another. */

export interface HttpRequest {
  readonly method: string;
  /** Path and query as they came. */
  readonly target: string;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

export interface HttpResponse {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpFramer {
  /** Whole requests, in order; `null` for something that is no request, after which everything before is forgotten. */
  push(bytes: Uint8Array): (HttpRequest | null)[];
}

const END_OF_HEAD = '\r\n\r\n';
/** Bytes of head or body that are waited for. */
const LARGEST = 16_384;
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  500: 'Internal Server Error',
};

/** Total: any bytes, cut anywhere. */
export function createHttpFramer(): HttpFramer {
  let waiting = '';
  return {
    push(bytes) {
      waiting += Buffer.from(bytes).toString('latin1');
      const requests: (HttpRequest | null)[] = [];
      for (;;) {
        const end = waiting.indexOf(END_OF_HEAD);
        if (end < 0) break;
        const request = parseHead(waiting.slice(0, end));
        const body = Number(request?.headers.get('content-length') ?? 0);
        if (request === null || !(body >= 0 && body <= LARGEST)) {
          waiting = '';
          requests.push(null);
          break;
        }
        const next = end + END_OF_HEAD.length + body;
        if (waiting.length < next) break;
        waiting = waiting.slice(next);
        requests.push(request);
      }
      if (waiting.length > 2 * LARGEST) {
        waiting = '';
        requests.push(null);
      }
      return requests;
    },
  };
}

function parseHead(head: string): HttpRequest | null {
  const [first = '', ...lines] = head.split('\r\n');
  const [, method, target] = /^([A-Z]+) (\/\S*) HTTP\/1\.[01]$/.exec(first) ?? [];
  if (method === undefined || target === undefined) return null;
  const headers = new Map<string, string>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) return null;
    headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
  }
  return { method, target, headers };
}

/** A response as bytes. */
export function httpResponse({ status, body, headers = {} }: HttpResponse): Uint8Array {
  const content = Buffer.from(body, 'utf8');
  const lines = Object.entries({
    'Content-Type': 'application/json',
    'Content-Length': String(content.length),
    ...headers,
  }).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 ${status} ${REASONS[status] ?? 'Unknown'}\r\n${lines.join('')}\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), content]);
}
