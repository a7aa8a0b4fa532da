import assert from 'node:assert/strict';
import type { EngineEvent } from '@pulumi/pulumi/automation';
import { waitFor } from '../../operate/base/wait';
import { eventInWords, showEvent } from '../../operate/engine/event-text';
import { abandonNamespace, openTestStack } from '../support/cluster/control-plane';
import { explained } from '../support/node/pods';

describe('an up on a real node that cannot pull an image', () => {
  const namespace = 'missing-image';
  after(() => abandonNamespace(namespace));

  it('tells of it within a minute, while it waits', async () => {
    // Nothing listens there.
    const image = '127.0.0.1:9/memory-mcp:9';
    const stack = await openTestStack('local', namespace, {
      'memory-fleet:memoryMcp': { namespace: { name: namespace }, image },
    });
    const interrupt = new AbortController();
    const said: string[] = [];
    let begun: number | undefined;
    const onEvent = (event: EngineEvent): void => {
      if (eventInWords(event)?.includes('create Deployment')) begun = Date.now();
      showEvent(event, (text) => said.push(String(text)));
    };
    const up = stack.up({ signal: interrupt.signal, onEvent }).catch((error: unknown) => error);
    try {
      await explained([namespace], async () => {
        const told = () => said.find((text) => /ErrImagePull|ImagePullBackOff|Back-off pulling image/.test(text));
        assert.ok(await waitFor(told, { seconds: 120, period: 250 }), `nothing was said of it: ${said.join('\n')}`);
        const seconds = (Date.now() - (begun ?? 0)) / 1000;
        assert.ok(seconds < 60, `it was said after ${seconds} s`);
      });
    } finally {
      interrupt.abort();
      await up;
    }
  });
});
