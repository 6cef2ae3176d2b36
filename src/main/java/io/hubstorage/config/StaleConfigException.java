package io.hubstorage.config;

/** A save was based on a configuration that is no longer the one on disk. */
public final class StaleConfigException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String currentHash;

    StaleConfigException(String currentHash) {
        super("config.json has changed since it was read (it is %s now): load it again and repeat the change"
                .formatted(currentHash));
        this.currentHash = currentHash;
    }

    /** The hash of what is on disk now. */
    public String currentHash() {
        return currentHash;
    }
}
