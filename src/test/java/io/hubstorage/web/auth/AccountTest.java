package io.hubstorage.web.auth;

import static org.assertj.core.api.Assertions.assertThat;

import io.hubstorage.config.RoleMembers;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who has which role. */
final class AccountTest {
    private static final RoleMembers MEMBERS = new RoleMembers(
            List.of("@example.org", "@desk2.example", "group:staff", "carol"),
            List.of("bob@example.org", "kate@desk.example", "group:backup operators"),
            List.of("Ann@Example.org", "group:admins", "dave"));

    private static String role(
            RoleMembers members, @Nullable String login, @Nullable String email, @Nullable String groups) {
        Set<String> all = groups == null ? Set.of() : Set.of(groups.split(";", -1));
        return new Account("somebody", login, email, true, all)
                .role(members)
                .map(Role::word)
                .orElse("none");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "-, ann@example.org, -, admin",
                "-, ANN@EXAMPLE.ORG, -, admin",
                "-, eve@EXAMPLE.org, -, viewer",
                "-, \u212Aate@desk.example, -, none",
                "-, kate@des\u212A.example, -, none",
                "-, KATE@DESK.example, -, operator",
                "-, jo@DESK2.example, -, viewer",
                "-, jo@des\u212A2.example, -, none",
                "-, bob@example.org, -, operator",
                "-, eve@example.org, -, viewer",
                "-, eve@sub.example.org, -, none",
                "-, eve@notexample.org, -, none",
                "-, eve@example.org.evil.example, -, none",
                "-, ann@example.org@evil.example, -, none",
                "-, @example.org, -, none",
                "-, example.org, -, none",
                "-, -, staff, viewer",
                "-, -, Staff, none",
                "-, -, group:staff, none",
                "-, -, backup operators, operator",
                "-, -, backup, none",
                "-, -, staff;admins, admin",
                "-, bob@example.org, admins, admin",
                "-, -, ann@example.org, none",
                "-, -, dave, none",
                "dave, -, -, admin",
                "Dave, -, -, none",
                "carol, -, -, viewer",
                "admins, -, -, none",
                "group:admins, -, -, none",
                "ann@example.org, -, -, none",
                "-, -, -, none",
            })
    void theHighestRoleThatListsThemIsTheirs(
            @Nullable String login, @Nullable String email, @Nullable String groups, String role) {
        assertThat(role(MEMBERS, login, email, groups)).isEqualTo(role);
    }

    @Test
    void anAddressAloneMakesNobodyOneOfItsDomainWhereTheProviderSaysSo() {
        assertThat(new Account("somebody", null, "eve@example.org", false, Set.of()).role(MEMBERS))
                .isEmpty();
        assertThat(new Account("somebody", null, "ann@example.org", false, Set.of()).role(MEMBERS))
                .contains(Role.ADMIN);
    }

    @Test
    void aStarIsForEverybodyAndNothingElseIs() {
        RoleMembers all = new RoleMembers(List.of("*"), List.of(), List.of("ann@example.org"));
        assertThat(role(all, null, null, null)).isEqualTo("viewer");
        assertThat(role(all, null, "ann@example.org", null)).isEqualTo("admin");
        assertThat(role(new RoleMembers(List.of(), List.of(), List.of()), "*", "*@*", "*"))
                .isEqualTo("none");
        assertThat(role(MEMBERS, "*", "*", "*")).isEqualTo("none");
    }
}
