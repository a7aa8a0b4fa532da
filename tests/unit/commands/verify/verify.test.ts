import assert from 'node:assert/strict';
import { tagOf } from '../../../../operate/commands/verify/http';
import { parseAddress } from '../../../../operate/mcp/connection';
import { latencyInWords, latencyOf } from '../../../../operate/report/latency';

describe('latencies', () => {
  it('are the median and the 95th percentile of what was measured', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    assert.deepEqual(latencyOf(hundred), { samples: 100, p50: 50, p95: 95 });
    assert.deepEqual(latencyOf([1.26]), { samples: 1, p50: 1.3, p95: 1.3 });
  });

  it('are one figure where there is one measurement', () => {
    assert.equal(latencyInWords(latencyOf([2])), '2 ms');
    assert.equal(latencyInWords(latencyOf([2, 3])), '2 times, p50 2 ms, p95 3 ms');
  });
});

describe('the tag of an image', () => {
  it('is found with a registry that has a port, and with a digest', () => {
    assert.equal(tagOf('ghcr.io/butterflyskies/memory-mcp:0.17.1'), '0.17.1');
    assert.equal(tagOf('registry.test:5000/memory-mcp:0.17.1@sha256:0000'), '0.17.1');
    assert.equal(tagOf('registry.test:5000/memory-mcp@sha256:0000'), undefined);
  });
});

describe('an address', () => {
  it('is an IP, with or without a port', () => {
    assert.deepEqual(parseAddress('203.0.113.7'), { host: '203.0.113.7' });
    assert.deepEqual(parseAddress('203.0.113.7:8443'), { host: '203.0.113.7', port: 8443 });
    assert.deepEqual(parseAddress('2001:db8::7'), { host: '2001:db8::7' });
    assert.deepEqual(parseAddress('[2001:db8::7]:443'), { host: '2001:db8::7', port: 443 });
  });

  it('is no name', () => {
    for (const text of ['memories.example.org', '', '203.0.113.7:', 'a:b:c']) assert.throws(() => parseAddress(text));
  });
});
