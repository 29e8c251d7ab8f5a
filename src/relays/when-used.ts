/**
 * Parts of Node.js that only some boards need, loaded when they are used first: the guardian shall stay small on a small
 * computer.
 */

export const http = (): typeof import('node:http') => require('node:http');
export const crypto = (): typeof import('node:crypto') => require('node:crypto');
export const childProcess = (): typeof import('node:child_process') => require('node:child_process');
