"""Tries connections, from and to the network namespaces of a node, all at once, and writes what each came to.

A namespace is known by its address; the one named `world` has all addresses that no pod has. Whoever is connected to listens.
An answer is `open`, `silent` (nothing came back), `rejected` (a firewall said so by ICMP), `refused` (the other end itself
did: nobody listens there), or the name of another error.
"""

import ctypes
import errno
import fcntl
import json
import os
import resource
import select
import socket
import struct
import sys
import time

FOLDER = "/run/netns"
LIBC = ctypes.CDLL(None, use_errno=True)
# Connections at a time: of many more the machine itself loses some, and reads others too late.
AT_A_TIME = 10_000
CLONE_NEWNET, SIOCGIFADDR, IP_RECVERR, ICMP = 0x40000000, 0x8915, 11, 2
KINDS = {"TCP": socket.SOCK_STREAM, "UDP": socket.SOCK_DGRAM}


def enter(handle):
    if LIBC.setns(handle, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "cannot enter a network namespace")


def address_here():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        try:
            answer = fcntl.ioctl(any_socket, SIOCGIFADDR, struct.pack("256s", b"eth0"))
        except OSError:
            return None
        return socket.inet_ntoa(answer[20:24])


def namespaces():
    """Handles of the namespaces of pods by their addresses, and that of everything else."""
    found, world = {}, None
    for name in os.listdir(FOLDER):
        try:
            handle = os.open(os.path.join(FOLDER, name), os.O_RDONLY)
            enter(handle)
        except OSError:
            continue  # of a pod that has ended, maybe since it was listed
        if name == "world":
            world = handle
        else:
            found[address_here()] = handle
    return found, world


def listener(address, protocol, port):
    made = socket.socket(socket.AF_INET, KINDS[protocol])
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    made.setblocking(False)
    if protocol == "TCP":
        made.listen(4096)  # the kernel takes connections up by itself
    return made


def connector(source, target, protocol, port):
    made = socket.socket(socket.AF_INET, KINDS[protocol])
    made.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
    made.bind((source, 0))
    made.setblocking(False)
    made.connect_ex((target, port))
    return made


def said_by_icmp(made):
    try:
        _, control, _, _ = made.recvmsg(1, 512, socket.MSG_ERRQUEUE)
    except OSError:
        return False
    return any(data[4] == ICMP for _, _, data in control)


def outcome(made):
    """What a connector came to; None where nothing has come back yet."""
    if said_by_icmp(made):
        return "rejected"
    error = made.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error == 0 and made.type == socket.SOCK_DGRAM:
        try:
            made.recv(1)
        except OSError as failed:
            error = failed.errno
    if error == errno.EAGAIN:
        return None
    return {0: "open", errno.ECONNREFUSED: "refused"}.get(error) or errno.errorcode[error]


class Trial:
    """Listeners for all connections, and some of these at a time: a process has only so many files besides."""

    def __init__(self, connections, seconds):
        self.seconds = seconds
        self.pods, self.world = namespaces()
        self.poll = select.epoll()
        self.listeners = {}
        for address, protocol, port in sorted({(to, protocol, port) for _, to, protocol, port in connections}):
            self.enter(address)
            made = listener(address, protocol, port)
            self.listeners[made.fileno()] = made
            if protocol == "UDP":
                self.poll.register(made, select.EPOLLIN)

    def enter(self, address):
        enter(self.pods.get(address, self.world))

    def outcomes(self, connections):
        found, waiting = ["silent"] * len(connections), {}
        for index in sorted(range(len(connections)), key=lambda each: connections[each][0]):
            self.enter(connections[index][0])
            made = connector(*connections[index])
            waiting[made.fileno()] = (index, made)
            self.poll.register(made, select.EPOLLOUT if made.type == socket.SOCK_STREAM else select.EPOLLIN)
        end, ask = time.monotonic() + self.seconds, 0
        while waiting and (now := time.monotonic()) < end:
            if now >= ask:
                ask = now + 0.5
                send([made for _, made in waiting.values() if made.type == socket.SOCK_DGRAM])
            for number, _ in self.poll.poll(0.1):
                if number in self.listeners:
                    answer(self.listeners[number])
                elif number in waiting and (said := outcome(waiting[number][1])) is not None:
                    index, made = waiting.pop(number)
                    found[index] = said
                    made.close()
        for _, made in waiting.values():
            made.close()
        return found


def send(connectors):
    for made in connectors:
        try:
            made.send(b"?")
        except OSError:
            pass  # an answer to the one before, which is read elsewhere


def answer(made):
    text, whom = made.recvfrom(1)
    made.sendto(text, whom)


def main():
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    asked = json.load(sys.stdin)
    connections = asked["connections"]
    trial = Trial(connections, asked["seconds"])
    room = min(AT_A_TIME, most - len(trial.listeners) - len(trial.pods) - 100)
    parts = (connections[each : each + room] for each in range(0, len(connections), room))
    print(json.dumps([said for part in parts for said in trial.outcomes(part)]))


if __name__ == "__main__":
    main()
