/**
 * Networks that many homes, offices and programs use. A tunnel to one of them takes the place of what is there, so an instance is
 * better off where nobody else is.
 */
import { overlaps, parseSubnetV4, type SubnetV4 } from "./subnet";

/** Narrow ones first: the first that fits says most. */
const COMMON: readonly (readonly [network: string, users: string])[] = [
  ["192.168.122.0/24", "virtual machines on Linux (libvirt)"],
  ["192.168.49.0/24", "phones that share their connection, and Minikube"],
  ["192.168.0.0/16", "most home routers"],
  ["172.20.10.0/28", "iPhones that share their connection"],
  ["172.16.0.0/12", "Docker and many offices"],
  ["10.0.2.0/24", "virtual machines (VirtualBox, QEMU)"],
  ["10.8.0.0/24", "other VPNs (the usual network of OpenVPN)"],
  ["10.42.0.0/15", "Kubernetes (K3s), and phones that share their connection"],
  ["10.96.0.0/12", "Kubernetes services"],
  ["10.244.0.0/16", "Kubernetes pods"],
  ["10.0.0.0/15", "many home routers and offices"],
  ["10.10.0.0/16", "many offices"],
  ["10.20.0.0/16", "many offices"],
  ["10.50.0.0/16", "many offices"],
  ["10.100.0.0/16", "many offices"],
  ["10.200.0.0/16", "many offices"],
  ["100.64.0.0/10", "carriers that share addresses among customers, and some VPNs"],
];

/** Who else uses addresses of this network, as in "most home routers"; null: nobody that is known for it. */
export function commonUsersOf(subnet: SubnetV4): string | null {
  return COMMON.find(([network]) => overlaps(network, subnet))?.[1] ?? null;
}

/**
 * Different /24 networks that nobody is known for. Two customers may be offered the same one, which does no harm (product rule 7); it is by
 * chance, so that a person who works for both seldom has two tunnels that collide.
 *
 * @param randomBytes any source of bytes
 */
export function suggestSubnets(count: number, randomBytes: (length: number) => Uint8Array): SubnetV4[] {
  const found = new Set<SubnetV4>();
  while (found.size < count) {
    const [second = 0, third = 0] = randomBytes(2);
    const subnet = parseSubnetV4(`10.${second}.${third}.0/24`);
    if (commonUsersOf(subnet) === null) found.add(subnet);
  }
  return [...found];
}
