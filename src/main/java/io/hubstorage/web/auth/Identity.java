package io.hubstorage.web.auth;

import java.util.Locale;

/**
 * Who somebody is, as far as it is known, and what they may do. Never changes: who gets another role comes in anew.
 *
 * @param name for people: of a token, of an account at a provider; a text from outside, to be escaped wherever it is shown
 * @param via how it came in, which says what the name is worth
 */
public record Identity(String name, Role role, Via via) {
    /** Whoever has the password that is set here: the way in when everything else fails. */
    public static final Identity PASSWORD = new Identity("local password", Role.ADMIN, Via.PASSWORD);

    static final Identity ENVIRONMENT_TOKEN = new Identity(Credentials.TOKEN, Role.ADMIN, Via.TOKEN);
    static final Identity ANYBODY = new Identity("anybody", Role.ADMIN, Via.NO_LOGIN);

    /** The ways in. */
    public enum Via {
        /** The local password, by the form or with a request. */
        PASSWORD,
        /** That of the environment, or one of the {@link ApiToken}s. */
        TOKEN,
        /** An OpenID provider. */
        OIDC,
        /** A reverse proxy that is trusted to say who it is. */
        PROXY,
        /** No login is asked for. */
        NO_LOGIN,
        /** Not over the web: a command on this machine. */
        COMMAND_LINE;

        /** As it stands in JSON and files. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
