/** The part of Node-RED's runtime that our nodes touch. The published types are frozen at an older version. */
import type { IncomingMessage, ServerResponse } from 'node:http';

export type Message = Record<string, unknown>;
export type Send = (message: Message | (Message | Message[] | null)[] | null) => void;
export type Done = (error?: Error) => void;

export interface NodeStatus {
  readonly fill?: 'red' | 'green' | 'yellow' | 'blue' | 'grey';
  readonly shape?: 'ring' | 'dot';
  readonly text?: string;
}

export interface RedNode {
  readonly id: string;
  readonly name?: string;
  readonly type: string;
  readonly credentials?: Record<string, unknown>;
  /** Ids of the nodes behind each output. */
  readonly wires?: readonly (readonly string[])[];
  send: Send;
  status(status: NodeStatus): void;
  log(text: string): void;
  warn(text: string): void;
  error(text: string, message?: Message): void;
  on(event: 'input', listener: (this: RedNode, message: Message, send: Send, done: Done) => void): void;
  on(event: 'close', listener: (this: RedNode, removed: boolean, done: () => void) => void): void;
}

export type NodeConfig = Readonly<Record<string, unknown>> & { readonly id: string; readonly name?: string };

export interface Red {
  readonly settings: { readonly userDir?: string };
  readonly nodes: {
    createNode(node: RedNode, config: NodeConfig): void;
    /** The running node of that id; what it offers beyond a plain node may be missing when it is of another type. */
    getNode<T extends RedNode = RedNode>(id: unknown): (RedNode & Partial<T>) | null | undefined;
    /** The credentials of a node, as they are kept. */
    getCredentials(id: string): Record<string, unknown> | null | undefined;
    /** Every node of the flow file as it stands there, running or not. */
    eachNode(call: (config: { readonly id: string; readonly type: string }) => void): void;
    registerType(
      type: string,
      constructor: (this: RedNode, config: NodeConfig) => void,
      options?: { readonly credentials?: Readonly<Record<string, { readonly type: 'password' | 'text' }>> },
    ): void;
  };
  readonly auth: { needsPermission(permission: string): RequestHandler };
  readonly httpAdmin: {
    get(path: string, ...handlers: RequestHandler[]): void;
    post(path: string, ...handlers: RequestHandler[]): void;
  };
  _(key: string, detail?: Readonly<Record<string, string | number | null>>): string;
}

export type RequestHandler = (
  request: IncomingMessage & { body?: unknown; params?: Record<string, string> },
  response: ServerResponse,
  next: () => void,
) => void;

/** Whether anybody listens to an output (counted from 0): what nobody hears need not be made. */
export function isWired(node: RedNode, output: number): boolean {
  return (node.wires?.[output]?.length ?? 0) > 0;
}
