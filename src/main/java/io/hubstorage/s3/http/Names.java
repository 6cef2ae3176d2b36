package io.hubstorage.s3.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Server names as the system sees them: with hosts files, mDNS and search lists, which Vert.x's own resolver does not know. The
 * JDK keeps what it found for half a minute.
 */
final class Names {
    private Names() {}

    /** One of a name's addresses, by chance among those of the family that the system prefers. Blocks. */
    static String address(String host) throws UnknownHostException {
        String bare = host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
        InetAddress[] all = InetAddress.getAllByName(bare);
        int alike = 1;
        while (alike < all.length && all[alike].getClass() == all[0].getClass()) {
            alike++;
        }
        return all[ThreadLocalRandom.current().nextInt(alike)].getHostAddress();
    }
}
