package io.hubstorage.web;

/** How the one who started the program is told of the password that was made for the dashboard. */
final class FirstPassword {
    private static final String LINE = "-".repeat(78);

    private FirstPassword() {}

    /** For the console, and never for a log. */
    static String text(String password) {
        return """
            %1$s
              The dashboard asks for a password. As none was set, this one was made:

                  %2$s

              It is shown this once; HubStorage keeps only its hash. To choose your own, set
              HUBSTORAGE_WEB_PASSWORD; if it gets lost: hubstorage password --reset
            %1$s\
            """.formatted(LINE, password);
    }
}
