package io.hubstorage.web.auth;

import io.hubstorage.config.RoleMembers;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Somebody as an OpenID provider or a proxy knows them. All of it is text from outside.
 *
 * @param name for people
 * @param login the name that a proxy vouches for; null where names are their owners' own choice, as with a provider
 * @param email null unless it is known to be theirs
 * @param ofDomain whether that address also makes them one of its domain
 */
public record Account(
        String name, @Nullable String login, @Nullable String email, boolean ofDomain, Set<String> groups) {
    private static final Pattern CAPITALS = Pattern.compile("[A-Z]+");

    /** The highest role of those that list them; empty where none does. */
    public Optional<Role> role(RoleMembers members) {
        if (isAmong(members.admins())) {
            return Optional.of(Role.ADMIN);
        }
        if (isAmong(members.operators())) {
            return Optional.of(Role.OPERATOR);
        }
        return isAmong(members.viewers()) ? Optional.of(Role.VIEWER) : Optional.empty();
    }

    private boolean isAmong(List<String> members) {
        return members.stream().anyMatch(this::is);
    }

    private boolean is(String member) {
        if (member.equals(RoleMembers.EVERYBODY)) {
            return true;
        }
        if (member.startsWith(RoleMembers.GROUP)) {
            return groups.contains(member.substring(RoleMembers.GROUP.length()));
        }
        if (!member.contains("@")) {
            return member.equals(login);
        }
        if (email == null) {
            return false;
        }
        String address = lowerCase(email);
        String listed = lowerCase(member);
        // Of the whole domain, which is what follows the last one: "a@b"@evil.example is no address of b.
        return listed.startsWith("@")
                ? ofDomain
                        && address.lastIndexOf('@') > 0
                        && address.substring(address.lastIndexOf('@')).equals(listed)
                : address.equals(listed);
    }

    /** Of A to Z alone: some others, as the sign for Kelvin, have one of these as their small letter. */
    private static String lowerCase(String text) {
        return CAPITALS.matcher(text).replaceAll(found -> found.group().toLowerCase(Locale.ROOT));
    }
}
