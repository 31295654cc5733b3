package io.persistentmap.tool;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import io.persistentmap.tool.values.Json;
import java.io.IOException;
import java.io.StringWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Results, which are records, as JSON: their components are its members. */
final class Report {
  private final JsonGenerator out;

  private Report(JsonGenerator out) {
    this.out = out;
  }

  /** Returns the JSON of a result. */
  static String json(Record result) {
    StringWriter text = new StringWriter();
    try (JsonGenerator generator = Json.FACTORY.createGenerator(text)) {
      generator.setPrettyPrinter(new DefaultPrettyPrinter());
      new Report(generator).write(result);
    } catch (IOException e) {
      throw new IllegalStateException("JSON of " + result, e); // it is written to memory
    }
    return text.toString();
  }

  private void write(@Nullable Object value) throws IOException {
    if (value instanceof Record record) {
      write(record);
    } else if (value instanceof Collection<?> collection) {
      out.writeStartArray();
      for (Object element : collection) {
        write(element);
      }
      out.writeEndArray();
    } else if (value instanceof Optional<?> optional) {
      write(optional.isPresent() ? optional.get() : null);
    } else if (value instanceof Boolean flag) {
      out.writeBoolean(flag);
    } else if (value instanceof Double number) {
      out.writeNumber(number);
    } else if (value instanceof Number number) {
      out.writeNumber(number.longValue());
    } else if (value == null) {
      out.writeNull();
    } else {
      out.writeString(value instanceof Enum<?> constant ? constant.name() : String.valueOf(value));
    }
  }

  private void write(Record record) throws IOException {
    out.writeStartObject();
    for (RecordComponent component : record.getClass().getRecordComponents()) {
      out.writeFieldName(component.getName());
      try {
        component.getAccessor().setAccessible(true);
        write(component.getAccessor().invoke(record));
      } catch (IllegalAccessException | InvocationTargetException e) {
        throw new IllegalStateException("can't read " + component, e);
      }
    }
    out.writeEndObject();
  }

  /** Formats as everywhere, whatever the locale. */
  static String format(String format, @Nullable Object... arguments) {
    return String.format(Locale.ROOT, format, arguments);
  }

  /** Returns a number of bytes with a unit that suits it. */
  static String bytes(long bytes) {
    if (bytes < 1024) {
      return bytes + " B";
    }
    double kibi = bytes / 1024.0;
    if (kibi < 1024) {
      return format("%.1f KiB", kibi);
    }
    double mebi = kibi / 1024;
    return mebi < 1024 ? format("%.1f MiB", mebi) : format("%.1f GiB", mebi / 1024);
  }
}
