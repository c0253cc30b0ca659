package io.tallystick.cdc.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.RejectedException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The language of columns: what it can do, and what nobody can do with it. */
class ExpressionTest {

    private static final Map<String, Object> ROW = new HashMap<>(
            Map.of("id", 5L, "name", "Kim", "amount", new BigDecimal("12.50"), "active", true, "grade", "gold"));

    private static Object value(String text) {
        return Expression.parse(text).value(ROW::get);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "concat(name, '의 일정')              | Kim의 일정",
                "id + 1                              | 6",
                "amount * 2                          | 25.00",
                "active ? 'on' : 'off'               | on",
                "coalesce(nickname, name)            | Kim",
                "upper(name)                         | KIM",
                "substring(grade, 2, 2)              | ol",
                "replace(grade, 'old', 'reen')       | green",
                "'INBOX'                             | INBOX",
                "amount > 10 and grade == 'gold'     | true",
                "not active or id == 4               | false",
            })
    void computes(String text, String expected) {
        assertThat(String.valueOf(value(text))).isEqualTo(expected);
    }

    @Test
    void a_named_id_is_the_same_for_the_same_row_and_another_for_another() {
        assertThat(value("uuid5(id, 'inbox')"))
                .isEqualTo(value("uuid5(id, 'inbox')"))
                .isNotEqualTo(value("uuid5(id, 'outbox')"));
        assertThat(value("uuid5('ab', 'c')")).isNotEqualTo(value("uuid5('a', 'bc')"));
        assertThat((String) value("uuid5(id)"))
                .matches("[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    }

    @Test
    void tells_which_columns_it_reads_and_when_it_is_a_column_only() {
        assertThat(Expression.parse("concat(name, grade)").columns()).containsExactly("grade", "name");
        assertThat(Expression.parse("name").onlyColumn()).isEqualTo("name");
        assertThat(Expression.parse("'name'").onlyColumn()).isNull();
    }

    @Test
    void columns_may_be_called_anything() {
        Map<String, Object> row = Map.of("이름", "Kim", "a b", "x", "size", 3L, "back`quote", "y", "n", 1L);
        Function<String, Object> values = text -> Expression.parse(text).value(row::get);
        assertThat(values.apply("이름")).isEqualTo("Kim");
        assertThat(values.apply("concat(이름, '님 `a b`', `a b`, `back``quote`)")).isEqualTo("Kim님 `a b`xy");
        assertThat(values.apply("size")).isEqualTo(3L);
        assertThat(String.valueOf(values.apply("`size` + n * 2"))).isEqualTo("5");
        assertThat(Expression.parse("concat(이름, `a b`, n)").columns()).containsExactly("a b", "n", "이름");
        assertThat(Expression.parse("`a b`").onlyColumn()).isEqualTo("a b");
        assertThat(Expression.parse("null").columns()).isEmpty();
        assertThatThrownBy(() -> Expression.parse("concat(`a b, n)"))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("has no end");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "new('java.io.File', '/etc/passwd')",
                "id = 6",
                "for (x : name) { x }",
                "while (true) { 1 }",
                "() -> { 1 }",
                "concat(name",
                "#pragma jexl.import java.io",
            })
    void has_no_assignment_no_loop_and_no_object(String text) {
        assertThatThrownBy(() -> value(text)).isInstanceOf(RejectedException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "name.getClass().forName('java.lang.Runtime')",
                "''.class.forName('java.lang.Runtime').getRuntime()",
                "name.toUpperCase()",
                "unheard_of(name)",
            })
    void reaches_no_method_of_an_object_and_no_class(String text) {
        assertThatThrownBy(() -> value(text)).isInstanceOf(RejectedException.class);
    }
}
