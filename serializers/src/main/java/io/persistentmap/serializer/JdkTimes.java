package io.persistentmap.serializer;

import static io.persistentmap.serializer.JdkValues.parts;

import io.persistentmap.serializer.JdkTypes.Table;
import io.persistentmap.serializer.ValuesForm.Values;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Date;
import java.util.GregorianCalendar;
import java.util.TimeZone;
import org.jspecify.annotations.Nullable;

/** The JDK's classes of times and dates that have no tag of their own. */
final class JdkTimes {
  private JdkTimes() {}

  static void addTo(Table table) {
    addZones(table);
    addDates(table);
    addOld(table);
    if (ModuleLayer.boot().findModule("java.sql").isPresent()) {
      Sql.addTo(table);
    }
  }

  private static void addZones(Table table) {
    table.values(
        ZoneOffset.class,
        1,
        z -> parts(z.getTotalSeconds()),
        v -> ZoneOffset.ofTotalSeconds(v.number(0)));
    table.<ZoneId>values(
        ZoneId.class.getName(),
        1,
        z -> parts(z.getId()),
        v -> ZoneId.of(v.text(0)),
        ZoneId.of("Europe/Berlin").getClass());
    table.<TimeZone>values(
        TimeZone.class.getName(),
        1,
        JdkTimes::valuesOf,
        v -> timeZone(v.text(0)),
        TimeZone.getTimeZone("UTC").getClass());
    table.values(
        ZonedDateTime.class,
        3,
        t -> parts(t.toLocalDateTime(), t.getOffset(), t.getZone()),
        v ->
            ZonedDateTime.ofInstant( // not ofStrict: the rules of a zone change
                v.get(0, LocalDateTime.class), v.get(1, ZoneOffset.class), v.get(2, ZoneId.class)));
    table.values(
        OffsetDateTime.class,
        2,
        t -> parts(t.toLocalDateTime(), t.getOffset()),
        v -> OffsetDateTime.of(v.get(0, LocalDateTime.class), v.get(1, ZoneOffset.class)));
    table.values(
        OffsetTime.class,
        2,
        t -> parts(t.toLocalTime(), t.getOffset()),
        v -> OffsetTime.of(v.get(0, LocalTime.class), v.get(1, ZoneOffset.class)));
  }

  private static @Nullable Object[] valuesOf(TimeZone zone) {
    if (!TimeZone.getTimeZone(zone.getID()).equals(zone)) {
      throw Refusal.of(zone.getClass(), "its rules are not those that its name stands for");
    }
    return parts(zone.getID());
  }

  /** An unknown name would give Greenwich Mean Time. */
  private static TimeZone timeZone(String id) {
    TimeZone zone = TimeZone.getTimeZone(id);
    if (!zone.getID().equals(id)) {
      throw new SerializationException("this virtual machine knows no time zone " + id);
    }
    return zone;
  }

  private static void addDates(Table table) {
    table.values(
        Period.class,
        3,
        p -> parts(p.getYears(), p.getMonths(), p.getDays()),
        v -> Period.of(v.number(0), v.number(1), v.number(2)));
    table.values(Year.class, 1, y -> parts(y.getValue()), v -> Year.of(v.number(0)));
    table.values(
        YearMonth.class,
        2,
        y -> parts(y.getYear(), y.getMonthValue()),
        v -> YearMonth.of(v.number(0), v.number(1)));
    table.values(
        MonthDay.class,
        2,
        d -> parts(d.getMonthValue(), d.getDayOfMonth()),
        v -> MonthDay.of(v.number(0), v.number(1)));
  }

  @SuppressWarnings("JavaUtilDate") // it is there to be stored
  private static void addOld(Table table) {
    table.values(Date.class, 1, d -> parts(d.getTime()), v -> new Date(v.big(0)));
    table.values(GregorianCalendar.class, 6, JdkTimes::valuesOf, JdkTimes::calendar);
  }

  /** Asking a calendar for its time changes it. */
  private static @Nullable Object[] valuesOf(GregorianCalendar original) {
    GregorianCalendar calendar = (GregorianCalendar) original.clone();
    return parts(
        calendar.getTimeInMillis(),
        calendar.getTimeZone(),
        calendar.isLenient(),
        calendar.getFirstDayOfWeek(),
        calendar.getMinimalDaysInFirstWeek(),
        calendar.getGregorianChange());
  }

  private static GregorianCalendar calendar(Values v) {
    GregorianCalendar calendar = new GregorianCalendar(v.get(1, TimeZone.class));
    calendar.setGregorianChange(v.get(5, Date.class));
    calendar.setLenient(v.flag(2));
    calendar.setFirstDayOfWeek(v.number(3));
    calendar.setMinimalDaysInFirstWeek(v.number(4));
    calendar.setTimeInMillis(v.big(0));
    return calendar;
  }

  /** Loaded only where there is that module. */
  private static final class Sql {
    static void addTo(Table table) {
      table.values(
          java.sql.Date.class, 1, d -> parts(d.getTime()), v -> new java.sql.Date(v.big(0)));
      table.values(
          java.sql.Time.class, 1, d -> parts(d.getTime()), v -> new java.sql.Time(v.big(0)));
      table.values(
          java.sql.Timestamp.class,
          2,
          t -> parts(t.getTime(), t.getNanos()),
          v -> timestamp(v.big(0), v.number(1)));
    }

    private static java.sql.Timestamp timestamp(long millis, int nanos) {
      java.sql.Timestamp timestamp = new java.sql.Timestamp(millis);
      timestamp.setNanos(nanos);
      return timestamp;
    }
  }
}
