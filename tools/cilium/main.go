// Package main answers who may connect to whom by Cilium's own code: its parser of policies, its selectors and host
// patterns, and the simulator that its tests hold the data path against. It reads policies and connections from stdin and
// writes one answer for each connection, as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"strconv"

	"github.com/cilium/cilium/pkg/fqdn/dns"
	"github.com/cilium/cilium/pkg/fqdn/matchpattern"
	"github.com/cilium/cilium/pkg/identity"
	k8sConst "github.com/cilium/cilium/pkg/k8s/apis/cilium.io"
	k8sUtils "github.com/cilium/cilium/pkg/k8s/apis/cilium.io/utils"
	networking "github.com/cilium/cilium/pkg/k8s/slim/k8s/api/networking/v1"
	meta "github.com/cilium/cilium/pkg/k8s/slim/k8s/apis/meta/v1"
	"github.com/cilium/cilium/pkg/labels"
	"github.com/cilium/cilium/pkg/policy/api"
	"github.com/cilium/cilium/pkg/policy/testutils"
	"github.com/cilium/cilium/pkg/policy/types"
	"github.com/cilium/cilium/pkg/policy/utils"
	"github.com/cilium/cilium/pkg/u8proto"
)

const version = "1.20.2"

// Place is one end of a connection: a pod, a reserved identity of Cilium, or an address outside of the cluster.
type Place struct {
	Namespace string            `json:"namespace"`
	Labels    map[string]string `json:"labels"`
	Entity    string            `json:"entity"`
	Address   string            `json:"address"`
	// Host is the name that the address was looked up by.
	Host string `json:"host"`
}

// Connection is a question.
type Connection struct {
	From     Place  `json:"from"`
	To       Place  `json:"to"`
	Port     uint16 `json:"port"`
	Protocol string `json:"protocol"`
}

// Input is everything that is asked at once.
type Input struct {
	Policies    []json.RawMessage `json:"policies"`
	Connections []Connection      `json:"connections"`
	// DNS is the cluster's resolver. Cilium learns names from the answers that pass its proxy on the way from there.
	DNS Place `json:"dns"`
	// DNSPort is the port of the resolver itself, where a Service stands in front of it. 53 where it is left out.
	DNSPort uint16 `json:"dnsPort"`
}

func main() {
	if len(os.Args) == 2 && os.Args[1] == "--version" {
		fmt.Println(version)
		return
	}
	if err := answer(os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func answer(in io.Reader, out io.Writer) error {
	var input Input
	if err := json.NewDecoder(in).Decode(&input); err != nil {
		return err
	}
	var entries types.PolicyEntries
	for _, document := range input.Policies {
		parsed, err := parse(document)
		if err != nil {
			return fmt.Errorf("%w in %s", err, document)
		}
		entries = append(entries, parsed...)
	}
	resolver, err := identityOf(input.DNS)
	if err != nil {
		return err
	}
	if input.DNSPort == 0 {
		input.DNSPort = 53
	}
	names := resolution{resolver: resolver, port: input.DNSPort}
	allowed := make([]bool, 0, len(input.Connections))
	for _, connection := range input.Connections {
		verdict, err := judge(entries, connection, names)
		if err != nil {
			return err
		}
		allowed = append(allowed, verdict)
	}
	return json.NewEncoder(out).Encode(allowed)
}

// resolution is where names are asked for.
type resolution struct {
	resolver *identity.Identity
	port     uint16
}

func judge(entries types.PolicyEntries, connection Connection, names resolution) (bool, error) {
	from, err := identityOf(connection.From)
	if err != nil {
		return false, err
	}
	to, err := identityOf(connection.To)
	if err != nil {
		return false, err
	}
	if connection.To.Host != "" {
		to = known(entries, from, to, connection.To.Host, names)
	}
	protocol, err := u8proto.ParseProtocol(connection.Protocol)
	if err != nil {
		return false, err
	}
	verdict, _, _ := testutils.IteratePolicy(entries, types.Flow{From: from, To: to, Proto: protocol, Dport: connection.Port})
	return verdict.Egress == types.DecisionAllowed && verdict.Ingress == types.DecisionAllowed, nil
}

// known adds to a host what Cilium knows of its name, where a pod's own question for it passes the DNS proxy.
func known(entries types.PolicyEntries, from, to *identity.Identity, host string, names resolution) *identity.Identity {
	if !resolves(entries, from, names, host) {
		return to
	}
	found := to.LabelArray
	for _, entry := range entries {
		for _, selector := range entry.L3 {
			if name, ok := selector.GetFQDNSelector(); ok {
				if pattern, err := name.ToRegex(); err == nil && pattern.MatchString(dns.FQDN(host)) {
					found = append(found[:len(found):len(found)], name.IdentityLabel())
				}
			}
		}
	}
	return identity.NewIdentityFromLabelArray(to.ID, found)
}

// resolves tells whether a question for a name passes the DNS proxy: some rule that allows it has rules for DNS.
func resolves(entries types.PolicyEntries, from *identity.Identity, names resolution, host string) bool {
	for _, entry := range entries {
		if entry.Ingress || !entry.Subject.Matches(from.LabelArray) || !entry.L3.Matches(names.resolver.LabelArray) {
			continue
		}
		for _, rule := range entry.L4 {
			if rule.Rules == nil || !hasUDP(rule.Ports, names.port) {
				continue
			}
			for _, allowed := range rule.Rules.DNS {
				text := dns.FQDN(allowed.MatchName)
				if allowed.MatchPattern != "" {
					text = matchpattern.Sanitize(allowed.MatchPattern)
				}
				if pattern, err := matchpattern.Validate(text); err == nil && pattern.MatchString(dns.FQDN(host)) {
					return true
				}
			}
		}
	}
	return false
}

func hasUDP(ports []api.PortProtocol, wanted uint16) bool {
	for _, port := range ports {
		if port.Port == strconv.Itoa(int(wanted)) && (port.Protocol == api.ProtoAny || port.Protocol == api.ProtoUDP) {
			return true
		}
	}
	return false
}

// identityOf gives a place the labels by which Cilium knows it.
func identityOf(place Place) (*identity.Identity, error) {
	var found labels.LabelArray
	switch {
	case place.Entity != "":
		found = labels.LabelArray{labels.NewLabel(place.Entity, "", labels.LabelSourceReserved)}
		if place.Entity == labels.IDNameKubeAPIServer {
			found = append(found, labels.NewLabel(labels.IDNameRemoteNode, "", labels.LabelSourceReserved))
		}
	case place.Address != "":
		address, err := netip.ParseAddr(place.Address)
		if err != nil {
			return nil, err
		}
		found = labels.GetCIDRLabelArray(netip.PrefixFrom(address, address.BitLen()))
	default:
		k8s := func(key, value string) { found = append(found, labels.NewLabel(key, value, labels.LabelSourceK8s)) }
		for key, value := range place.Labels {
			k8s(key, value)
		}
		k8s(k8sConst.PodNamespaceLabel, place.Namespace)
		k8s(k8sConst.PodNamespaceMetaLabels+"."+k8sConst.LabelMetadataName, place.Namespace)
	}
	return identity.NewIdentityFromLabelArray(1, found.Sort()), nil
}

func parse(document json.RawMessage) (types.PolicyEntries, error) {
	var kind struct {
		Kind string `json:"kind"`
	}
	if err := json.Unmarshal(document, &kind); err != nil {
		return nil, err
	}
	var rule *api.Rule
	var about meta.ObjectMeta
	switch kind.Kind {
	case "CiliumNetworkPolicy":
		var policy struct {
			Metadata meta.ObjectMeta `json:"metadata"`
			Spec     *api.Rule       `json:"spec"`
		}
		if err := json.Unmarshal(document, &policy); err != nil {
			return nil, err
		}
		rule, about = policy.Spec, policy.Metadata
	case "NetworkPolicy":
		var policy networking.NetworkPolicy
		if err := json.Unmarshal(document, &policy); err != nil {
			return nil, err
		}
		rule, about = ruleOf(policy.Spec), policy.ObjectMeta
	default:
		return nil, fmt.Errorf("no policy of a known kind: %q", kind.Kind)
	}
	if err := rule.Sanitize(); err != nil {
		return nil, err
	}
	namespaced := k8sUtils.ParseToCiliumRule(slog.New(slog.DiscardHandler), "", about.Namespace, about.Name, "", rule)
	return utils.RulesToPolicyEntries(api.Rules{namespaced}), nil
}

// ruleOf says in Cilium's language what a NetworkPolicy says, as Cilium's own parser does, which comes only together with
// every client of Kubernetes. No rule at all denies, and a rule without peers allows every peer.
func ruleOf(spec networking.NetworkPolicySpec) *api.Rule {
	rule := &api.Rule{EndpointSelector: api.NewESFromK8sLabelSelector("", &spec.PodSelector)}
	nobody := []api.EndpointSelector{}
	for _, each := range spec.PolicyTypes {
		if each == networking.PolicyTypeIngress && len(spec.Ingress) == 0 {
			rule.Ingress = []api.IngressRule{{IngressCommonRule: api.IngressCommonRule{FromEndpoints: nobody}}}
		}
		if each == networking.PolicyTypeEgress && len(spec.Egress) == 0 {
			rule.Egress = []api.EgressRule{{EgressCommonRule: api.EgressCommonRule{ToEndpoints: nobody}}}
		}
	}
	for _, each := range spec.Ingress {
		for _, peer := range peersOf(each.From) {
			ingress := api.IngressRule{ToPorts: portsOf(each.Ports)}
			ingress.FromEndpoints, ingress.FromCIDRSet, ingress.FromEntities = peer.pods, peer.networks, peer.entities
			rule.Ingress = append(rule.Ingress, ingress)
		}
	}
	for _, each := range spec.Egress {
		for _, peer := range peersOf(each.To) {
			egress := api.EgressRule{ToPorts: portsOf(each.Ports)}
			egress.ToEndpoints, egress.ToCIDRSet, egress.ToEntities = peer.pods, peer.networks, peer.entities
			rule.Egress = append(rule.Egress, egress)
		}
	}
	return rule
}

type peer struct {
	pods     []api.EndpointSelector
	networks api.CIDRRuleSlice
	entities api.EntitySlice
}

func peersOf(list []networking.NetworkPolicyPeer) []peer {
	if len(list) == 0 {
		return []peer{{entities: api.EntitySlice{api.EntityAll}}}
	}
	peers := make([]peer, 0, len(list))
	for _, each := range list {
		if block := each.IPBlock; block != nil {
			network := api.CIDRRule{Cidr: api.CIDR(block.CIDR)}
			for _, except := range block.Except {
				network.ExceptCIDRs = append(network.ExceptCIDRs, api.CIDR(except))
			}
			peers = append(peers, peer{networks: api.CIDRRuleSlice{network}})
			continue
		}
		selector := &meta.LabelSelector{MatchLabels: map[string]string{}}
		if each.PodSelector != nil {
			for key, value := range each.PodSelector.MatchLabels {
				selector.MatchLabels[key] = value
			}
		}
		if each.NamespaceSelector != nil {
			// An empty one is every namespace, as in Cilium's own parser; none at all is the policy's.
			if len(each.NamespaceSelector.MatchLabels) == 0 {
				selector.MatchExpressions = []meta.LabelSelectorRequirement{
					{Key: k8sConst.PodNamespaceLabel, Operator: meta.LabelSelectorOpExists},
				}
			}
			for key, value := range each.NamespaceSelector.MatchLabels {
				selector.MatchLabels[k8sConst.PodNamespaceMetaLabels+"."+key] = value
			}
		}
		peers = append(peers, peer{pods: []api.EndpointSelector{
			api.NewESFromK8sLabelSelector(labels.LabelSourceK8sKeyPrefix, selector),
		}})
	}
	return peers
}

func portsOf(list []networking.NetworkPolicyPort) api.PortRules {
	if len(list) == 0 {
		return nil
	}
	ports := make([]api.PortProtocol, 0, len(list))
	for _, each := range list {
		ports = append(ports, api.PortProtocol{Port: each.Port.String(), Protocol: api.L4Proto(*each.Protocol)})
	}
	return api.PortRules{{Ports: ports}}
}
