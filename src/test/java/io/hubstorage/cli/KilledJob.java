package io.hubstorage.cli;

/** What a process does when it is killed. */
enum KilledJob {
    /** Snapshots go into the trash, and stay there for a while. */
    REMOVE(40),
    /** The same, and their files are deleted at once. */
    DELETE(260),
    /** They are brought back. */
    UNDO(15),
    /** Damage is looked for, and put right from S3 and from twins. */
    REPAIR(250),
    /** Every snapshot is copied to another folder. */
    REPLICATE(620),
    /** What the data folder has no more goes from the copy. */
    PRUNE(240);

    private final long aboutSteps;

    KilledJob(long aboutSteps) {
        this.aboutSteps = aboutSteps;
    }

    /** So often it changes the disk at least, as a first guess: with more a process may end undisturbed, and then it is known. */
    long aboutSteps() {
        return aboutSteps;
    }

    String[] command() {
        return switch (this) {
            case REMOVE, DELETE -> new String[] {"retain", "--yes"};
            case UNDO -> new String[] {"retain", "--undo"};
            case REPAIR -> new String[] {"repair", "--check", "--yes"};
            case REPLICATE -> new String[] {"replicate"};
            case PRUNE -> new String[] {"replicate", "--prune"};
        };
    }

    boolean copies() {
        return this == REPLICATE || this == PRUNE;
    }
}
