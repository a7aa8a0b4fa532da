import assert from 'node:assert/strict';
import { fleetHomeAt } from '../../../operate/base/fleet-home';
import { minutesAndSeconds, roughly } from '../../../operate/base/progress';
import { inspectionCommands, outputsAsText } from '../../../operate/commands/start/outputs';
import { changesInWords } from '../../../operate/engine/changes';
import { eventLog, nothingChanged } from '../../../operate/engine/events';
import { buildingText } from '../../../operate/toolchain/tools-step';

describe('what the operator reads', () => {
  it('says plainly that nothing changed', () => {
    assert.equal(nothingChanged({ same: 8 }), true);
    assert.equal(nothingChanged({ same: 8, update: 0 }), true);
    assert.equal(nothingChanged({ same: 7, update: 1 }), false);
    assert.equal(changesInWords({ same: 8 }), 'nothing changed, all 8 resources are as described');
    assert.equal(changesInWords({ create: 2, same: 6 }), '2 created, 6 unchanged');
  });

  it('tells what is built, how long it has taken, and about what is left', () => {
    const pins = [{ name: 'etcd' }, { name: 'kubectl' }, { name: 'pulumi' }];
    assert.equal(
      buildingText({ pins, seconds: 35, laterSeconds: 600 }, 12),
      'building etcd, kubectl, and pulumi from source, 0:12 of about 0:35; all tools: about 10 min left',
    );
    const late = buildingText({ pins: pins.slice(0, 1), seconds: 35, laterSeconds: 0 }, 100);
    assert.equal(late, 'building etcd from source, 1:40 of about 0:35; all tools: less than a minute left');
  });

  it('writes times as people do', () => {
    assert.deepEqual([0, 59.6, 61, 3600].map(minutesAndSeconds), ['0:00', '1:00', '1:01', '60:00']);
    assert.deepEqual([10, 90, 600].map(roughly), ['less than a minute', 'about 2 min', 'about 10 min']);
  });

  it('never shows a secret output', () => {
    const text = outputsAsText({
      url: { value: 'http://u', secret: false },
      token: { value: 'hunter2', secret: true },
    });
    assert.equal(text, 'url: http://u\ntoken: "[secret]"');
  });

  it('gives command lines that can be pasted', () => {
    const outputs = { memoryMcp: { value: { namespace: 'memory-mcp' }, secret: false } };
    const home = fleetHomeAt('/data/my fleet');
    assert.deepEqual(inspectionCommands(home, '/k', outputs), [
      "'/data/my fleet/bin/kubectl' --kubeconfig /k -n memory-mcp get all,pvc",
    ]);
    assert.deepEqual(inspectionCommands(fleetHomeAt('/f'), '/k', {}), ['/f/bin/kubectl --kubeconfig /k get all -A']);
  });

  it('collects the engine’s errors once each, with their object and without colour marks', () => {
    const log = eventLog();
    const urn = 'urn:pulumi:local::p::memory-fleet:index:MemoryMcp$kubernetes:apps/v1:Deployment::memory-mcp';
    const diagnosticEvent = {
      severity: 'error',
      message: '<{%reset%}>denied<{%reset%}>\n',
      urn,
      color: 'never',
    } as const;
    for (let i = 0; i < 2; i++) log.listen({ sequence: i, timestamp: 0, diagnosticEvent });
    log.listen({
      sequence: 3,
      timestamp: 0,
      diagnosticEvent: { ...diagnosticEvent, ephemeral: true, message: 'wait' },
    });
    assert.deepEqual(log.errors(), ['Deployment memory-mcp: denied']);
  });
});
