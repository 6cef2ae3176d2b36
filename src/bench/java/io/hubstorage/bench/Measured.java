package io.hubstorage.bench;

/**
 * What one run cost the client.
 *
 * @param wall seconds
 * @param cpu seconds of user and system time together
 * @param peak the resident set at its largest, in bytes; 0 when it is not known
 */
record Measured(double wall, double cpu, long peak) {
    /** This and then that, as one. */
    Measured andThen(Measured next) {
        return new Measured(wall + next.wall, cpu + next.cpu, Math.max(peak, next.peak));
    }

    @Override
    public String toString() {
        return "wall %7.3f s   cpu %7.2f s   peak %5d MiB".formatted(wall, cpu, peak >> 20);
    }
}
