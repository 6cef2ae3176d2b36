package io.hubstorage.config;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Who has which role, of those whom an OpenID provider or a proxy names: {@code ann@example.org}, {@code @example.org} for all of a
 * domain, {@code group:backup}, {@code *} for everybody, and for a proxy the name that it says.
 */
public record RoleMembers(List<String> viewers, List<String> operators, List<String> admins) {
    /** For all whom the provider or the proxy lets in. */
    public static final String EVERYBODY = "*";

    public static final String GROUP = "group:";

    private static final Pattern DOMAIN = Pattern.compile("@[^\\s@,]+");
    private static final Pattern EMAIL = Pattern.compile("[^\\s@,]+@[^\\s@,]+");

    private Stream<String> all() {
        return Stream.of(viewers, operators, admins).flatMap(List::stream);
    }

    /** Whether it lets nobody in. */
    public boolean isEmpty() {
        return all().findAny().isEmpty();
    }

    /** Whether anybody has a role by a group. */
    public boolean nameGroups() {
        return all().anyMatch(RoleMembers::isGroup);
    }

    /** Whether anybody has one by an email address. */
    public boolean nameEmails() {
        return all().anyMatch(member -> member.contains("@") && !isGroup(member));
    }

    boolean nameEverybody() {
        return all().anyMatch(EVERYBODY::equals);
    }

    /** One that says nothing of names that people may choose for themselves. */
    static boolean isOfProvider(String member) {
        return member.equals(EVERYBODY)
                || isGroup(member)
                || DOMAIN.matcher(member).matches()
                || EMAIL.matcher(member).matches();
    }

    static boolean isOfProxy(String member) {
        return isOfProvider(member)
                || (!member.contains("@") && !member.toLowerCase(Locale.ROOT).startsWith(GROUP));
    }

    private static boolean isGroup(String member) {
        return member.startsWith(GROUP) && member.length() > GROUP.length();
    }
}
