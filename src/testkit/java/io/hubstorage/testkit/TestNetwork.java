package io.hubstorage.testkit;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A network of this machine's own, of network namespaces, in which processes can be cut off from each other: a bridge, which has the
 * address {@link #host} here, and places at it, each with an address of its own. Only root can make one; tests are skipped, and say so,
 * where that cannot be done. Not thread-safe.
 */
public final class TestNetwork implements AutoCloseable {
    private static final int MASK = 24;
    private static final String BRIDGE = "bridge";

    private final String name;
    private final String prefix;
    private final List<Place> places = new ArrayList<>();

    private TestNetwork(String name, String prefix) {
        this.name = name;
        this.prefix = prefix;
    }

    /** Makes one without places. */
    public static TestNetwork make() {
        long pid = ProcessHandle.current().pid();
        // An interface's name has at most 15 characters.
        TestNetwork network = new TestNetwork("hs" + pid % 100_000, "10.213.%d.".formatted(pid % 250));
        String trouble = network.tryMake();
        if (!trouble.isEmpty()) {
            network.close();
        }
        assumeTrue(
                trouble.isEmpty(),
                "no network namespaces can be made here (only root can, with iproute2 and iptables): " + trouble);
        return network;
    }

    private String tryMake() {
        // The bridge has a namespace to itself, where no firewall of this machine's stands between the places.
        String here = name + "o1";
        for (List<String> command : List.of(
                List.of("iptables", "--version"),
                List.of("ip", "netns", "add", name),
                List.of("ip", "-n", name, "link", "add", BRIDGE, "type", "bridge"),
                List.of("ip", "-n", name, "link", "set", BRIDGE, "up"),
                List.of("ip", "link", "add", here, "type", "veth", "peer", "name", name + "i1", "netns", name),
                List.of("ip", "-n", name, "link", "set", name + "i1", "master", BRIDGE, "up"),
                List.of("ip", "address", "add", host() + "/" + MASK, "dev", here),
                List.of("ip", "link", "set", here, "up"))) {
            String trouble = run(command);
            if (!trouble.isEmpty()) {
                return trouble;
            }
        }
        try {
            place();
            places.removeLast().remove();
            return "";
        } catch (IllegalStateException e) {
            return String.valueOf(e.getMessage());
        }
    }

    /** The address of this process in it. */
    public String host() {
        return prefix + 1;
    }

    /** Adds one. */
    public Place place() {
        int number = places.isEmpty() ? 2 : places.getLast().number + 1;
        Place place = new Place(number);
        places.add(place);
        place.make();
        return place;
    }

    /** Where processes may run. */
    public final class Place {
        private final int number;
        private final String namespace;

        private Place(int number) {
            this.number = number;
            this.namespace = name + "-" + number;
        }

        /** What is reached there. */
        public String address() {
            return prefix + number;
        }

        /** Becomes the command that follows, there. */
        public List<String> command() {
            return List.of("ip", "netns", "exec", namespace);
        }

        private void make() {
            String inside = name + "i" + number;
            String outside = name + "o" + number;
            succeed("ip", "netns", "add", namespace);
            succeed(
                    "ip", "-n", name, "link", "add", outside, "type", "veth", "peer", "name", inside, "netns",
                    namespace);
            succeed("ip", "-n", name, "link", "set", outside, "master", BRIDGE, "up");
            within("ip", "address", "add", address() + "/" + MASK, "dev", inside);
            within("ip", "link", "set", inside, "up");
            within("ip", "link", "set", "lo", "up");
            within("iptables", "-L", "-n");
        }

        /** Lets nothing through, either way, that goes to or comes from these ports of whoever else. */
        public void cut(int first, int last) {
            String ports = first + ":" + last;
            for (String chain : List.of("INPUT", "OUTPUT")) {
                within("iptables", "-A", chain, "-p", "tcp", "--dport", ports, "-j", "DROP");
                within("iptables", "-A", chain, "-p", "tcp", "--sport", ports, "-j", "DROP");
            }
        }

        /** Lets nothing through at all. */
        public void cut() {
            within("iptables", "-A", "INPUT", "!", "-i", "lo", "-j", "DROP");
            within("iptables", "-A", "OUTPUT", "!", "-o", "lo", "-j", "DROP");
        }

        /** Lets everything through. */
        public void heal() {
            within("iptables", "-F");
        }

        private void within(String... command) {
            List<String> whole = new ArrayList<>(command());
            whole.addAll(List.of(command));
            succeed(whole.toArray(String[]::new));
        }

        private void remove() {
            // With it goes its end of the cable, and so the other one.
            run(List.of("ip", "netns", "delete", namespace));
        }
    }

    private static void succeed(String... command) {
        String trouble = run(List.of(command));
        if (!trouble.isEmpty()) {
            throw new IllegalStateException(trouble);
        }
    }

    /** Returns what went wrong. */
    private static String run(List<String> command) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return process.waitFor() == 0 ? "" : "%s: %s".formatted(String.join(" ", command), out.strip());
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UncheckedIOException(new IOException(e));
        }
    }

    @Override
    public void close() {
        places.forEach(Place::remove);
        run(List.of("ip", "netns", "delete", name));
    }
}
