package io.persistentmap.tool.values;

import io.persistentmap.serializer.ByteWriter;
import io.persistentmap.serializer.SerializationException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Encodes one value from JSON: what {@link ValueToJson} wrote, or somebody else. */
final class JsonToValue {
  private final ClassDescriptions classes;
  private final ByteWriter out;
  private int depth;

  private JsonToValue(ClassDescriptions classes, ByteWriter out) {
    this.classes = classes;
    this.out = out;
  }

  /**
   * Appends the value of some JSON.
   *
   * @throws NotExpressibleException if the JSON is no value; some may have been written
   */
  static void write(ClassDescriptions classes, @Nullable Object json, ByteWriter out)
      throws NotExpressibleException {
    try {
      new JsonToValue(classes, out).value(json);
    } catch (SerializationException | IllegalArgumentException e) {
      throw new NotExpressibleException(String.valueOf(e.getMessage()));
    }
  }

  private void value(@Nullable Object json) throws NotExpressibleException {
    if (json == null) {
      out.writeByte(ValueToJson.TAG_NULL);
    } else if (json instanceof Map<?, ?> map) {
      object(members(map));
    } else {
      ValueToJson.SCALARS.write(Scalars.read(json), out);
    }
  }

  @SuppressWarnings("unchecked") // Json.read makes only such maps
  private static Map<String, @Nullable Object> members(Map<?, ?> map) {
    return (Map<String, @Nullable Object>) map;
  }

  private void object(Map<String, @Nullable Object> json) throws NotExpressibleException {
    if (json.get("type") instanceof String type) {
      requireOnly(json, Set.of("type", "value"));
      if (type.equals("class")) {
        Description description = labelled(json.get("value"), "class");
        tagged(ValueToJson.TAG_CLASS, description);
      } else {
        ValueToJson.SCALARS.write(Scalars.readTyped(type, json), out);
      }
    } else if (json.containsKey("enum")) {
      requireOnly(json, Set.of("enum", "value"));
      tagged(ValueToJson.TAG_ENUM, labelled(json.get("enum"), "enum"));
      ValueToJson.SCALARS.write(Scalars.text(json.get("value")), out);
    } else if (json.containsKey("class")) {
      described(json);
    } else {
      throw new NotExpressibleException("expected \"type\", \"enum\" or \"class\" in " + json);
    }
  }

  private static void requireOnly(Map<String, @Nullable Object> json, Set<String> names)
      throws NotExpressibleException {
    for (String name : json.keySet()) {
      if (!names.contains(name)) {
        throw new NotExpressibleException("unexpected member \"" + name + "\" in " + json);
      }
    }
  }

  private Description labelled(@Nullable Object label, String layout)
      throws NotExpressibleException {
    Description description = classes.labelled(Scalars.text(label));
    if (!description.layout().equals(layout)) {
      throw new NotExpressibleException(label + " is no " + layout);
    }
    return description;
  }

  private void tagged(int tag, Description description) {
    out.writeByte(tag);
    out.writeVarInt(description.number());
  }

  private void described(Map<String, @Nullable Object> json) throws NotExpressibleException {
    Description description = classes.labelled(Scalars.text(json.get("class")));
    if (json.containsKey("same")) {
      requireOnly(json, Set.of("class", "same"));
      tagged(ValueToJson.TAG_OBJECT, description);
      int number = Integer.parseInt(Scalars.text(json.get("same")));
      out.writeVarInt(number + ValueToJson.NEW_OBJECT + 1);
      return;
    }
    if (++depth > ValueToJson.DEEPEST) {
      throw new NotExpressibleException("nested too deep");
    }
    if (description.layout().equals("stable-record")) {
      requireOnly(json, Set.of("class", "fields"));
      tagged(ValueToJson.TAG_RECORD, description);
      fields(description, json);
    } else {
      tagged(ValueToJson.TAG_OBJECT, description);
      out.writeVarInt(ValueToJson.NEW_OBJECT);
      content(description, json);
    }
    depth--;
  }

  private void content(Description description, Map<String, @Nullable Object> json)
      throws NotExpressibleException {
    switch (description.layout()) {
      case "object", "record" -> {
        requireOnly(json, Set.of("class", "fields"));
        fields(description, json);
      }
      case "array" -> {
        requireOnly(json, Set.of("class", "elements"));
        elements(description.name().substring(1), list(json, "elements"));
      }
      case "custom" -> {
        requireOnly(json, Set.of("class", "bytes"));
        byte[] bytes = Base64.getDecoder().decode(Scalars.text(json.get("bytes")));
        out.writeInt(bytes.length);
        out.writeBytes(bytes, 0, bytes.length);
      }
      case "values" -> {
        requireOnly(json, Set.of("class", "heads"));
        values(json, "heads", description.heads());
      }
      case "holder" -> {
        requireOnly(json, Set.of("class", "heads", "values", "fields"));
        values(json, "heads", description.heads());
        values(json, "values", description.values());
        fields(description, json);
      }
      case "list", "set" -> {
        requireOnly(json, Set.of("class", "heads", "fields", "elements"));
        values(json, "heads", description.heads());
        fields(description, json);
        elements("", list(json, "elements"));
      }
      case "map" -> {
        requireOnly(json, Set.of("class", "heads", "fields", "entries"));
        values(json, "heads", description.heads());
        fields(description, json);
        pairs(list(json, "entries"));
      }
      default -> throw new NotExpressibleException("layout " + description.layout());
    }
  }

  private static List<?> list(Map<String, @Nullable Object> json, String name)
      throws NotExpressibleException {
    if (json.get(name) instanceof List<?> list) {
      return list;
    }
    throw new NotExpressibleException("expected an array \"" + name + "\" in " + json);
  }

  private void values(Map<String, @Nullable Object> json, String name, int count)
      throws NotExpressibleException {
    List<?> values = count == 0 && !json.containsKey(name) ? List.of() : list(json, name);
    if (values.size() != count) {
      throw new NotExpressibleException(
          "expected " + count + " values in \"" + name + "\", found " + values.size());
    }
    for (Object value : values) {
      value(value);
    }
  }

  private void fields(Description description, Map<String, @Nullable Object> json)
      throws NotExpressibleException {
    if (description.fields().isEmpty() && !json.containsKey("fields")) {
      return;
    }
    if (!(json.get("fields") instanceof Map<?, ?> map)) {
      throw new NotExpressibleException("expected \"fields\" in " + json);
    }
    Map<String, @Nullable Object> members = members(map);
    for (Description.Field field : description.fields()) {
      if (!members.containsKey(field.label())) {
        throw new NotExpressibleException(
            "field \"" + field.label() + "\" of " + description.name() + " is missing");
      }
      typed(field.type(), members.get(field.label()));
    }
    if (members.size() != description.fields().size()) {
      throw new NotExpressibleException(
          description.name() + " has other fields than " + members.keySet());
    }
  }

  private void elements(String type, List<?> elements) throws NotExpressibleException {
    out.writeVarInt(elements.size());
    for (Object element : elements) {
      typed(type, element);
    }
  }

  private void pairs(List<?> entries) throws NotExpressibleException {
    out.writeVarInt(entries.size());
    for (Object entry : entries) {
      if (!(entry instanceof List<?> pair) || pair.size() != 2) {
        throw new NotExpressibleException("expected a pair of key and value, found " + entry);
      }
      value(pair.get(0));
      value(pair.get(1));
    }
  }

  private void typed(String type, @Nullable Object json) throws NotExpressibleException {
    switch (type) {
      case "boolean", "Z" -> {
        if (!(json instanceof Boolean flag)) {
          throw new NotExpressibleException("expected true or false, found " + json);
        }
        out.writeByte(flag ? 1 : 0);
      }
      case "byte", "B" -> out.writeByte(Byte.parseByte(Scalars.text(json)));
      case "short", "S" -> out.writeShort(Short.parseShort(Scalars.text(json)));
      case "char", "C" -> out.writeShort(Scalars.single(Scalars.text(json)));
      case "int", "I" -> out.writeInt(Integer.parseInt(Scalars.text(json)));
      case "long", "J" -> out.writeLong(Long.parseLong(Scalars.text(json)));
      case "float", "F" -> out.writeInt(Float.floatToIntBits(Float.parseFloat(Scalars.text(json))));
      case "double", "D" ->
          out.writeLong(Double.doubleToLongBits(Double.parseDouble(Scalars.text(json))));
      default -> value(json);
    }
  }
}
