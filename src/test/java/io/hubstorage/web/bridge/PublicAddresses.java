package io.hubstorage.web.bridge;

import java.util.List;
import java.util.stream.Stream;

/** What the bridges permit, for tests of other packages. */
public final class PublicAddresses {
    private PublicAddresses() {}

    /** Everything that can be asked or heard. */
    public static List<String> all() {
        return Stream.concat(BridgePermits.REQUESTS.stream(), BridgePermits.PUBLISHED.stream())
                .toList();
    }
}
