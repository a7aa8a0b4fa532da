import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  hostnamesMeet,
  type Listener,
  objections,
  selects,
  type WantedRoute,
} from '../../../../operate/commands/doctor/gateway-listener';

const route: WantedRoute = {
  hostnames: ['memories.example.org'],
  namespace: 'memory-mcp',
  gatewayNamespace: 'gateways',
  labels: { 'kubernetes.io/metadata.name': 'memory-mcp', team: 'a' },
};
const from = (where: string, selector?: object): Listener => ({
  name: 'https',
  protocol: 'HTTPS',
  allowedRoutes: { namespaces: { from: where, ...(selector ? { selector } : {}) } },
});

describe('the host names of a listener and a route', () => {
  it('meet where they are the same, whatever the case, or the listener has none', () => {
    assert.ok(hostnamesMeet('A.example.org', 'a.example.org'));
    assert.ok(hostnamesMeet(undefined, 'a.example.org'));
    assert.ok(!hostnamesMeet('b.example.org', 'a.example.org'));
  });

  it('meet below a wildcard, however deep, and not at the name itself', () => {
    assert.ok(hostnamesMeet('*.example.org', 'a.example.org'));
    assert.ok(hostnamesMeet('*.example.org', 'a.b.example.org'));
    assert.ok(!hostnamesMeet('*.example.org', 'example.org'));
    assert.ok(!hostnamesMeet('*.example.org', 'badexample.org'));
    assert.ok(hostnamesMeet('a.example.org', '*.example.org'));
    assert.ok(hostnamesMeet('*.example.org', '*.b.example.org'));
    assert.ok(!hostnamesMeet('*.example.org', '*.example.com'));
  });

  it('meet or not, whichever of the two has which', () => {
    const label = fc.constantFrom('a', 'b', 'org');
    const name = fc
      .tuple(fc.boolean(), fc.array(label, { minLength: 1, maxLength: 3 }))
      .map(([wild, labels]) => `${wild ? '*.' : ''}${labels.join('.')}`);
    fc.assert(fc.property(name, name, (a, b) => hostnamesMeet(a, b) === hostnamesMeet(b, a)));
  });
});

describe('a listener', () => {
  it('admits routes of its own namespace only, unless it says otherwise', () => {
    const listener = { name: 'https', protocol: 'HTTPS' };
    assert.match(objections(listener, route).join(), /its own namespace gateways only, not of memory-mcp/);
    assert.deepEqual(objections(listener, { ...route, gatewayNamespace: 'memory-mcp' }), []);
    assert.deepEqual(objections(from('All'), route), []);
    assert.match(objections(from('None'), route).join(), /no namespace \(None\)/);
  });

  it('admits routes of namespaces whose labels it selects', () => {
    assert.deepEqual(objections(from('Selector', { matchLabels: { team: 'a' } }), route), []);
    assert.match(objections(from('Selector', { matchLabels: { team: 'b' } }), route).join(), /has other labels/);
  });

  it('admits the kinds that it lists, else those of its protocol', () => {
    const admitting = (rest: Partial<Listener>) => objections({ ...from('All'), ...rest }, route);
    const kinds = (...names: string[]) => ({
      allowedRoutes: { namespaces: { from: 'All' }, kinds: names.map((kind) => ({ kind })) },
    });
    assert.deepEqual(admitting(kinds('GRPCRoute', 'HTTPRoute')), []);
    assert.deepEqual(admitting(kinds('GRPCRoute')), ['it admits only GRPCRoute']);
    assert.deepEqual(admitting({ protocol: 'TLS' }), ['its protocol TLS takes no HTTPRoute']);
  });

  it('tells everything that is wrong at once', () => {
    const wrong = { name: 'tls', protocol: 'TLS', hostname: 'other.example.org' };
    assert.equal(objections(wrong, route).length, 3);
  });
});

describe('a label selector', () => {
  const labels = { team: 'a', tier: 'gold' };
  const where = (key: string, operator: string, values?: string[]) =>
    selects({ matchExpressions: [{ key, operator, ...(values ? { values } : {}) }] }, labels);

  it('wants everything that it names, and matches all where it names nothing', () => {
    assert.ok(selects({}, labels));
    assert.ok(selects({ matchLabels: labels }, labels));
    assert.ok(!selects({ matchLabels: { ...labels, more: 'x' } }, labels));
  });

  it('knows the operators of Kubernetes', () => {
    assert.ok(where('team', 'In', ['a', 'b']) && !where('team', 'In', ['b']) && !where('none', 'In', ['a']));
    assert.ok(where('team', 'NotIn', ['b']) && !where('team', 'NotIn', ['a']) && where('none', 'NotIn', ['a']));
    assert.ok(where('team', 'Exists') && !where('none', 'Exists'));
    assert.ok(where('none', 'DoesNotExist') && !where('team', 'DoesNotExist'));
  });
});
