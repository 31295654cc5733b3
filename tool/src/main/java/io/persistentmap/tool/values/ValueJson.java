package io.persistentmap.tool.values;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import io.persistentmap.serializer.ByteWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON of keys and values: exact by proof. Each is read back and encoded again; if that gives
 * other bytes, or there is no JSON for it, its bytes are told instead.
 *
 * <p>Not thread-safe.
 */
public final class ValueJson {
  private static final String BYTES = "encoded";

  private final ClassDescriptions classes;
  private final ByteWriter again = new ByteWriter(1 << 10);

  /** Starts with the classes of a store. */
  public ValueJson(ClassDescriptions classes) {
    this.classes = classes;
  }

  /**
   * Returns the JSON of an encoded value.
   *
   * @param bytes holds the value
   * @param from where it begins
   * @param length how many bytes it has
   * @throws IOException never, but for a bug
   */
  public String toJson(byte[] bytes, int from, int length) throws IOException {
    try {
      StringWriter text = new StringWriter();
      try (JsonGenerator out = Json.FACTORY.createGenerator(text)) {
        ValueToJson.write(classes, bytes, from, from + length, out);
      }
      String json = text.toString();
      if (!json.equals("null") && isExact(json, bytes, from, length)) {
        return json;
      }
    } catch (NotExpressibleException e) {
      // Then its bytes.
    }
    byte[] copy = Arrays.copyOfRange(bytes, from, from + length);
    return "{\"" + BYTES + "\":\"" + Base64.getEncoder().encodeToString(copy) + "\"}";
  }

  private boolean isExact(String json, byte[] bytes, int from, int length)
      throws IOException, NotExpressibleException {
    try (JsonParser parser = Json.FACTORY.createParser(json)) {
      parser.nextToken();
      again.reset();
      JsonToValue.write(classes, Json.read(parser), again);
      return Arrays.equals(again.array(), 0, again.position(), bytes, from, from + length);
    }
  }

  /** Says whether some JSON is nothing but bytes. */
  public static boolean isBytes(String json) {
    return json.startsWith("{\"" + BYTES + "\":");
  }

  /**
   * Appends the encoded value of some JSON.
   *
   * @param json as {@link Json#read} returns it
   * @param out takes the bytes
   * @throws NotExpressibleException if it is no value; some bytes may have been appended
   */
  public void toBytes(@Nullable Object json, ByteWriter out) throws NotExpressibleException {
    if (json == null) {
      throw new NotExpressibleException("neither keys nor values can be null");
    }
    if (json instanceof Map<?, ?> map && map.size() == 1 && map.get(BYTES) instanceof String text) {
      try {
        byte[] bytes = Base64.getDecoder().decode(text);
        out.writeBytes(bytes, 0, bytes.length);
      } catch (IllegalArgumentException e) {
        throw new NotExpressibleException("\"" + BYTES + "\" is no base64: " + e.getMessage());
      }
    } else {
      JsonToValue.write(classes, json, out);
    }
  }
}
