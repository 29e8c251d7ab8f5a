import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { beforeEnd, isInContainer } from '../../src/guardian/container.ts';

describe('a Node-RED in a container', () => {
  it('is known by the marks that Docker and Podman leave', () => {
    assert.equal(
      isInContainer((path) => path === '/.dockerenv'),
      true,
    );
    assert.equal(
      isInContainer((path) => path === '/run/.containerenv'),
      true,
    );
    assert.equal(
      isInContainer(() => false),
      false,
    );
  });

  it('tells the guardian when it is stopped, and changes nothing for a process that nobody stops in order', () => {
    const stopped = new EventEmitter();
    let ends = 0;
    stopped.on('SIGTERM', () => undefined);
    beforeEnd(stopped, () => void ends++);
    stopped.emit('SIGTERM');
    assert.equal(ends, 1);
    assert.equal(stopped.listenerCount('SIGINT'), 0);
  });
});
