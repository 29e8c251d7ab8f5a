/** The memory of this process, as the health watcher asks for it. */
import { getHeapStatistics } from 'node:v8';
import type { Memory } from './health.ts';

/** Heap in use and its limit as V8 has them, and what the process occupies altogether (buffers too), in bytes. */
export function processMemory(): Memory {
  const { used_heap_size: heapUsed, heap_size_limit: heapLimit } = getHeapStatistics();
  return { heapUsed, heapLimit, rss: process.memoryUsage.rss() };
}
