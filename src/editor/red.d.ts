/** What the editor page gives us, as far as we use it. */

interface EditorNode {
  readonly id: string;
  readonly type: string;
  readonly name?: string;
  readonly valid?: boolean | null;
  [property: string]: unknown;
}

interface JQueryCollection {
  on(events: string, handler: () => void): JQueryCollection;
  trigger(event: string): JQueryCollection;
}

/** The answer to a request; `responseJSON` is what came with a refusal, if it was JSON. */
interface JQueryRequest {
  done(handler: (answer: unknown) => void): JQueryRequest;
  fail(handler: (request: { readonly responseJSON?: unknown }) => void): JQueryRequest;
  always(handler: () => void): JQueryRequest;
}

declare const $: {
  (target: string | Element): JQueryCollection;
  /** Adds the token of who is logged in, and the root under which the editor is served, to addresses without a slash in front. */
  ajax(options: {
    readonly url: string;
    readonly type: 'GET' | 'POST';
    readonly dataType: 'json';
    readonly contentType?: string;
    readonly data?: string;
  }): JQueryRequest;
};

declare const RED: {
  /** A sentence of the catalogue, with `__word__` replaced. Gives the key back when there is none. */
  _(key: string, words?: Readonly<Record<string, string | number | null>>): string;
  readonly nodes: {
    /** `undefined` or `null` where there is none. */
    node(id: string): EditorNode | null | undefined;
    eachConfig(callback: (node: EditorNode) => void): void;
    /** Marks the flows as changed since the last deploy. */
    dirty(changed: boolean): void;
  };
  notify(text: string, options: { readonly type: 'error' | 'success'; readonly timeout: number }): void;
  readonly popover: { tooltip(target: JQueryCollection, content: string): unknown };
};

declare module '*.css' {
  const text: string;
  export { text as default };
}

/** Answered by `net.ts` in the browser: the build swaps the module. */
declare module 'node:net' {
  export function isIP(text: string): 0 | 4 | 6;
  export function isIPv4(text: string): boolean;
  export function isIPv6(text: string): boolean;
}
