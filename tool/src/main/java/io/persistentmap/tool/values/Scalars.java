package io.persistentmap.tool.values;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.util.Base64;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Values that consist of nothing but themselves. Strings, booleans, ints and finite doubles are
 * plain JSON, which tells them apart; all others name their type.
 */
final class Scalars {
  /** Larger numbers lose digits in programs that take all numbers for doubles. */
  private static final long LARGEST_SAFE = (1L << 53) - 1;

  private Scalars() {}

  static void write(Object value, JsonGenerator out) throws IOException, NotExpressibleException {
    if (value instanceof String text) {
      writeString(text, out);
    } else if (value instanceof Boolean flag) {
      out.writeBoolean(flag);
    } else if (value instanceof Integer number) {
      out.writeNumber(number);
    } else if (value instanceof Double number && Double.isFinite(number)) {
      out.writeNumber(Double.toString(number)); // with a point or an exponent
    } else {
      writeTyped(value, out);
    }
  }

  private static void writeTyped(Object value, JsonGenerator out)
      throws IOException, NotExpressibleException {
    out.writeStartObject();
    out.writeStringField("type", typeOf(value));
    out.writeFieldName("value");
    if (value instanceof Byte || value instanceof Short) {
      out.writeNumber(((Number) value).intValue());
    } else if (value instanceof Long number) {
      writeLong(number, out);
    } else if (value instanceof Float number) {
      writeFloat(number, out);
    } else if (value instanceof byte[] bytes) {
      out.writeString(Base64.getEncoder().encodeToString(bytes));
    } else {
      writeString(value.toString(), out);
    }
    out.writeEndObject();
  }

  private static String typeOf(Object value) throws NotExpressibleException {
    return switch (value.getClass().getSimpleName()) {
      case "Byte" -> "byte";
      case "Short" -> "short";
      case "Long" -> "long";
      case "Character" -> "char";
      case "Float" -> "float";
      case "Double" -> "double";
      case "byte[]" -> "bytes";
      case "UUID" -> "uuid";
      case "BigInteger" -> "integer";
      case "BigDecimal" -> "decimal";
      case "LocalDate" -> "date";
      case "LocalTime" -> "time";
      case "LocalDateTime" -> "datetime";
      case "Instant" -> "instant";
      case "Duration" -> "duration";
      default -> throw new NotExpressibleException("no JSON for " + value.getClass());
    };
  }

  /** JSON in UTF-8 has no unpaired surrogates. */
  static void writeString(String text, JsonGenerator out)
      throws IOException, NotExpressibleException {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw new NotExpressibleException("an unpaired surrogate");
      }
    }
    out.writeString(text);
  }

  static void writeLong(long value, JsonGenerator out) throws IOException {
    if (Math.abs(value) <= LARGEST_SAFE && value != Long.MIN_VALUE) {
      out.writeNumber(value);
    } else {
      out.writeString(Long.toString(value));
    }
  }

  static void writeFloat(float value, JsonGenerator out) throws IOException {
    if (Float.isFinite(value)) {
      out.writeNumber(Float.toString(value));
    } else {
      out.writeString(Float.toString(value));
    }
  }

  static void writeDouble(double value, JsonGenerator out) throws IOException {
    if (Double.isFinite(value)) {
      out.writeNumber(Double.toString(value));
    } else {
      out.writeString(Double.toString(value));
    }
  }

  // ---- back ------------------------------------------------------------------------------------

  /** Returns the value of plain JSON: a string, a boolean or a number. */
  static Object read(Object json) throws NotExpressibleException {
    if (json instanceof String || json instanceof Boolean) {
      return json;
    }
    if (json instanceof Json.Digits number) {
      return parse(
          () ->
              number.isInteger()
                  ? (Object) Integer.valueOf(number.text())
                  : Double.valueOf(number.text()),
          number.text());
    }
    throw new NotExpressibleException("expected a value, found " + json);
  }

  /** Returns the value of an object with "type" and "value". */
  static Object readTyped(String type, Map<String, @Nullable Object> json)
      throws NotExpressibleException {
    String text = text(json.get("value"));
    return parse(
        () ->
            switch (type) {
              case "byte" -> (Object) Byte.valueOf(text);
              case "short" -> Short.valueOf(text);
              case "long" -> Long.valueOf(text);
              case "char" -> single(text);
              case "float" -> Float.valueOf(text);
              case "double" -> Double.valueOf(text);
              case "bytes" -> Base64.getDecoder().decode(text);
              case "uuid" -> UUID.fromString(text);
              case "integer" -> new BigInteger(text);
              case "decimal" -> new BigDecimal(text);
              case "date" -> LocalDate.parse(text);
              case "time" -> LocalTime.parse(text);
              case "datetime" -> LocalDateTime.parse(text);
              case "instant" -> Instant.parse(text);
              case "duration" -> Duration.parse(text);
              default -> throw new IllegalArgumentException("unknown type");
            },
        type + " " + text);
  }

  /** A conversion that fails by an unchecked exception. */
  private interface Conversion {
    Object convert();
  }

  private static Object parse(Conversion conversion, String text) throws NotExpressibleException {
    try {
      return conversion.convert();
    } catch (IllegalArgumentException | DateTimeException | ArithmeticException e) {
      throw new NotExpressibleException("can't be: " + text + " (" + e.getMessage() + ")");
    }
  }

  /** Returns what is written as a string, or as a number where that is exact. */
  static String text(@Nullable Object json) throws NotExpressibleException {
    if (json instanceof String text) {
      return text;
    }
    if (json instanceof Json.Digits number) {
      return number.text();
    }
    throw new NotExpressibleException("expected a string or a number, found " + json);
  }

  static char single(String text) {
    if (text.length() != 1) {
      throw new IllegalArgumentException("expected one character");
    }
    return text.charAt(0);
  }
}
