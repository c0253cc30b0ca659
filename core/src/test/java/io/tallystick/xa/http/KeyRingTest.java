package io.tallystick.xa.http;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.RejectedException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A key that two services share is changed, in one service after the other. */
class KeyRingTest {

    private static final String TEXT = "v1;a question";

    private final KeyRing shop = KeyRing.of(keys("old"));
    private final KeyRing points = KeyRing.of(keys("old"));

    @Test
    void between_any_two_steps_each_service_believes_what_the_other_signs() {
        understandEachOther();
        for (List<String> step : List.of(List.of("old", "young"), List.of("young", "old"), List.of("young"))) {
            shop.change(keys(step.toArray(String[]::new)));
            understandEachOther();
            points.change(keys(step.toArray(String[]::new)));
            understandEachOther();
        }
    }

    @Test
    void what_a_dropped_key_has_signed_is_refused() {
        String signed = points.sign(TEXT);
        shop.change(keys("young"));

        assertThatThrownBy(() -> shop.verify(TEXT, signed, "points"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("not known here");
    }

    @Test
    void a_key_that_is_another_one_under_the_same_name_is_refused() {
        shop.change(Map.of("old", secret("another")));

        assertThatThrownBy(() -> shop.verify(TEXT, points.sign(TEXT), "points"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("wrong signature");
    }

    private void understandEachOther() {
        assertThatCode(() -> shop.verify(TEXT, points.sign(TEXT), "points")).doesNotThrowAnyException();
        assertThatCode(() -> points.verify(TEXT, shop.sign(TEXT), "shop")).doesNotThrowAnyException();
    }

    private static Map<String, byte[]> keys(String... ids) {
        Map<String, byte[]> keys = new LinkedHashMap<>();
        for (String id : ids) {
            keys.put(id, secret(id));
        }
        return keys;
    }

    private static byte[] secret(String of) {
        return ("0123456789abcdef" + of).getBytes(StandardCharsets.UTF_8);
    }
}
