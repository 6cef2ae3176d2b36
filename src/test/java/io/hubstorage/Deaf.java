package io.hubstorage;

import java.time.Duration;

/** A program that hears the request to stop, says so, and goes on: its argument is how many milliseconds it is given. */
final class Deaf {
    private Deaf() {}

    public static void main(String[] args) throws InterruptedException {
        StopSignals signals = new StopSignals(Duration.ofMillis(Long.parseLong(args[0])), System.err);
        System.out.println("ready");
        signals.requested().join();
        System.out.println("asked");
        Thread.currentThread().join();
    }
}
